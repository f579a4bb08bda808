<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Console;

use InvalidArgumentException;
use LaravelBridge\Console\InitialEnvironment;
use LaravelBridge\Console\InstallCommand;
use LaravelBridge\Console\Processes;
use LaravelBridge\Console\SystemdUnits;
use LaravelBridge\Testing\FakeProcesses;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Console\Input\ArrayInput;
use Symfony\Component\Console\Output\BufferedOutput;

#[BackupGlobals(true)]
final class InstallCommandTest extends TestCase
{
    private SmallLaravel $laravel;

    private BufferedOutput $output;

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel('', ['bridge' => "['binary' => '/bin/true']", 'app' => "['name' => 'My App']"]);
        $this->output = new BufferedOutput;
    }

    protected function tearDown(): void
    {
        $this->laravel->stop();
    }

    #[Test]
    public function it_writes_units_that_systemd_accepts(): void
    {
        self::assertSame(0, $this->install(['--systemd' => true, '--user' => 'www-data', '--group' => 'daemon', '--listen' => '[::1]:8081']));

        $folder = $this->laravel->path.'/deploy';
        self::assertSame(['my-app.service', 'my-app.socket'], array_values(array_diff(scandir($folder) ?: [], ['.', '..'])));
        $service = (string) file_get_contents("{$folder}/my-app.service");
        self::assertStringContainsString("\nEnvironment=LARAVEL_PATH={$this->laravel->path}\n", $service);
        self::assertStringContainsString("\nExecReload=/bin/true reload --wait\n", $service);
        self::assertStringContainsString("\nUser=www-data\nGroup=daemon\n", $service);
        self::assertStringContainsString("\nListenStream=[::1]:8081\n", (string) file_get_contents("{$folder}/my-app.socket"));
        self::assertStringNotContainsString('{{', $service);
        exec('systemd-analyze verify '.escapeshellarg("{$folder}/my-app.service").' '.escapeshellarg("{$folder}/my-app.socket").' 2>&1', $said, $code);
        self::assertSame([0, []], [$code, $said]);
        self::assertStringContainsString('systemctl enable --now my-app.socket my-app.service', $this->output->fetch());
    }

    #[Test]
    public function files_that_are_there_are_replaced_on_demand_only(): void
    {
        self::assertSame(0, $this->install(['--systemd' => true]));
        file_put_contents($this->laravel->path.'/deploy/my-app.service', 'changed by hand');

        self::assertSame(1, $this->install(['--systemd' => true]));
        self::assertSame('changed by hand', file_get_contents($this->laravel->path.'/deploy/my-app.service'));
        self::assertStringContainsString('--force', $this->output->fetch());

        self::assertSame(0, $this->install(['--systemd' => true, '--force' => true]));
        self::assertStringContainsString('[Service]', (string) file_get_contents($this->laravel->path.'/deploy/my-app.service'));
    }

    #[Test]
    public function a_link_to_the_release_stays_one_for_the_program_in_it_too(): void
    {
        $link = $this->laravel->path.'-current';
        symlink($this->laravel->path, $link);
        $program = realpath($this->laravel->path).'/laravel-bridge';
        copy('/bin/true', $program);
        chmod($program, 0755);
        $this->laravel->app->make('config')->set('bridge.binary', $program);

        $code = $this->install(['--systemd' => true, '--path' => $link]);
        unlink($link);

        self::assertSame(0, $code);
        self::assertStringContainsString("\nExecStart={$link}/laravel-bridge\n", (string) file_get_contents($this->laravel->path.'/deploy/my-app.service'));
    }

    /** @return array<string, array{array<string, string>, string}> */
    public static function mistakes(): array
    {
        return [
            'a name with a slash' => [['--name' => '../x'], 'name'],
            'a listener with a line end' => [['--listen' => "80\nExecStart=/bin/sh"], 'listen'],
            'a user with a blank' => [['--user' => 'root x'], 'user'],
            'a relative path' => [['--path' => 'here'], 'path'],
            'a specifier' => [['--path' => '/srv/%h'], 'path'],
        ];
    }

    /** @param  array<string, string>  $options */
    #[Test, DataProvider('mistakes')]
    public function what_cannot_stand_in_a_unit_is_refused_by_name(array $options, string $what): void
    {
        self::assertSame(2, $this->install($options + ['--systemd' => true]));
        self::assertStringContainsString("The {$what} ", $this->output->fetch());
        self::assertDirectoryDoesNotExist($this->laravel->path.'/deploy');
    }

    #[Test]
    public function without_the_program_there_is_nothing_to_start(): void
    {
        $this->laravel->app->make('config')->set('bridge.binary', '/nowhere/laravel-bridge');

        self::assertSame(1, $this->install(['--systemd' => true]));
    }

    #[Test]
    public function the_documentation_shows_these_units(): void
    {
        $units = new SystemdUnits('my-app', '/srv/my-app/current', '/usr/local/bin/laravel-bridge', 'www-data', 'www-data', '127.0.0.1:8080');
        $page = (string) file_get_contents(dirname(__DIR__, 3).'/docs/deployment.md');
        foreach ($units->files() as $text) {
            self::assertStringContainsString($text, $page);
        }
        $this->expectException(InvalidArgumentException::class);
        new SystemdUnits('my app', '/srv', '/bin/true', 'www-data', 'www-data', '80');
    }

    /** @param  array<string, bool|string>  $options */
    private function install(array $options): int
    {
        $app = $this->laravel->app;
        $app->instance(Processes::class, new FakeProcesses);
        $app->instance(InitialEnvironment::class, new InitialEnvironment('/dev/null'));
        $command = new InstallCommand;
        $command->setLaravel($app);

        return $command->run(new ArrayInput($options), $this->output);
    }
}
