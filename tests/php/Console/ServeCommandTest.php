<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Console;

use LaravelBridge\Console\HandlerProgram;
use LaravelBridge\Console\InitialEnvironment;
use LaravelBridge\Console\Processes;
use LaravelBridge\Console\ServeCommand;
use LaravelBridge\Testing\FakeProcesses;
use LaravelBridge\Tests\Support\SmallLaravel;
use LaravelBridge\Worker\Priority;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Console\Input\ArrayInput;
use Symfony\Component\Console\Output\BufferedOutput;

#[BackupGlobals(true)]
final class ServeCommandTest extends TestCase
{
    private SmallLaravel $laravel;

    private string $environ;

    private BufferedOutput $output;

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel('', ['bridge' => "['binary' => '/bin/true']"]);
        $this->environ = (string) tempnam(sys_get_temp_dir(), 'environ');
        $this->output = new BufferedOutput;
    }

    protected function tearDown(): void
    {
        unlink($this->environ);
        $this->laravel->stop();
    }

    #[Test]
    public function run_by_a_person_it_becomes_the_server(): void
    {
        $processes = $this->serve(['--host' => '0.0.0.0', '--port' => '9000', '--workers' => '4', '--max-requests' => '500', '--watch' => true], ['APP_ENV' => 'production']);

        self::assertSame('/bin/true', $processes->became[0]['program']);
        self::assertSame(
            ['serve', '--host=0.0.0.0', '--port=9000', '--min-workers=4', '--max-workers=4', '--max-requests=500', '--watch'],
            $processes->became[0]['arguments'],
        );
        self::assertSame(
            ['APP_ENV' => 'production', 'LARAVEL_PATH' => $this->laravel->path, 'PHP_PATH' => PHP_BINARY],
            $processes->became[0]['environment'],
        );
    }

    #[Test]
    public function options_that_are_not_given_are_left_to_the_settings(): void
    {
        self::assertSame(['serve'], $this->serve([])->became[0]['arguments']);
        self::assertSame(['serve', '--detect'], $this->serve(['--detect' => true])->became[0]['arguments']);
    }

    #[Test]
    public function sockets_of_a_service_manager_are_handed_on_if_they_are_for_this_process(): void
    {
        $handed = fn (string $pid): array => $this->serve([], ['LISTEN_PID' => $pid, 'LISTEN_FDS' => '2'])->became[0]['keep'];

        self::assertSame([3, 4], $handed((string) getmypid()));
        self::assertSame([], $handed('1'));
    }

    #[Test]
    public function beside_one_that_serves_the_handler_gives_way_where_it_may_come_back(): void
    {
        $processes = new FakeProcesses;
        file_put_contents($this->environ, "BRIDGE_CONTROL_FD=5\0BRIDGE_BESIDE=1\0");
        // There nothing says that it may.
        (new HandlerProgram($processes, new InitialEnvironment($this->environ), new Priority('/nowhere')))->become('/srv');

        self::assertSame('0', $processes->became[0]['environment']['BRIDGE_BESIDE']);
    }

    #[Test]
    public function run_by_the_server_it_need_not_boot_first(): void
    {
        $processes = new FakeProcesses;
        file_put_contents($this->environ, "BRIDGE_CONTROL_FD=5\0SOCKET_PATH=/tmp/x.sock.3\0LARAVEL_PATH=/srv/current\0");
        $program = new HandlerProgram($processes, new InitialEnvironment($this->environ));

        self::assertNull($program->becomeEarly(['artisan', 'laravel-rust:serve']), 'Not without a channel of the server');
        putenv('BRIDGE_CONTROL_FD=5');
        try {
            foreach ([['artisan'], ['artisan', 'queue:work'], ['artisan', 'laravel-rust:serve', '--host=x'], ['phpunit', 'laravel-rust:serve']] as $other) {
                self::assertNull($program->becomeEarly($other));
            }
            self::assertSame([], $processes->became);
            $program->becomeEarly(['/srv/current/artisan', 'laravel-rust:serve']);
        } finally {
            putenv('BRIDGE_CONTROL_FD');
        }

        self::assertSame($this->serve([], ['BRIDGE_CONTROL_FD' => '5', 'SOCKET_PATH' => '/tmp/x.sock.3', 'LARAVEL_PATH' => '/srv/current'])->became, $processes->became);
    }

    #[Test]
    public function run_by_the_server_it_becomes_the_handler_and_hands_the_channel_on(): void
    {
        $processes = $this->serve([], ['BRIDGE_CONTROL_FD' => '5', 'HTTP_HOST' => '0.0.0.0', 'SOCKET_PATH' => '/tmp/x.sock.3', 'LARAVEL_PATH' => '/srv/current']);
        $became = $processes->became[0];

        self::assertSame(PHP_BINARY, $became['program']);
        self::assertContains('opcache.enable_cli=1', $became['arguments']);
        self::assertContains('display_errors=stderr', $became['arguments']);
        self::assertStringEndsWith('/php/bin/php_socket_handler.php', $became['arguments'][count($became['arguments']) - 1]);
        self::assertFileExists($became['arguments'][count($became['arguments']) - 1]);
        self::assertSame(['BRIDGE_CONTROL_FD' => '5', 'SOCKET_PATH' => '/tmp/x.sock.3', 'LARAVEL_PATH' => '/srv/current'], $became['environment']);
        self::assertSame([5], $became['keep']);
    }

    #[Test]
    public function options_of_php_go_with_it_and_a_link_stays_one(): void
    {
        $link = $this->environ.'.link';
        symlink($this->laravel->path, $link);
        self::assertSame('on', $this->serve(['--handler' => true, '--detect' => true])->became[0]['environment']['DETECT'] ?? null);
        $became = $this->serve(['--handler' => true], ['PHP_OPTIONS' => '-d opcache.jit=tracing  -d x=y', 'PWD' => $link])->became[0];
        unlink($link);

        self::assertSame(['-d', 'opcache.jit=tracing', '-d', 'x=y'], array_slice($became['arguments'], -5, 4));
        self::assertSame($link, $became['environment']['LARAVEL_PATH']);
    }

    #[Test]
    public function asked_to_it_becomes_the_handler_by_hand(): void
    {
        $became = $this->serve(['--handler' => true])->became[0];

        self::assertSame(PHP_BINARY, $became['program']);
        self::assertSame(['LARAVEL_PATH' => $this->laravel->path], $became['environment']);
        self::assertSame([], $became['keep']);
    }

    #[Test]
    public function a_configured_server_that_is_not_there_is_named(): void
    {
        $this->laravel->app->make('config')->set('bridge.binary', '/nowhere/laravel-bridge');
        $processes = $this->serve([], [], new FakeProcesses, 127);

        self::assertSame([], $processes->became);
        self::assertStringContainsString('/nowhere/laravel-bridge', $this->output->fetch());
    }

    #[Test]
    public function the_exit_code_of_the_program_is_its_own(): void
    {
        $this->serve([], [], new FakeProcesses([], 78), 78);
    }

    /**
     * @param  array<string, mixed>  $options
     * @param  array<string, string>  $environment
     */
    private function serve(array $options, array $environment = [], ?FakeProcesses $processes = null, int $expected = 0): FakeProcesses
    {
        file_put_contents($this->environ, implode("\0", array_map(
            static fn (string $name, string $value): string => "{$name}={$value}",
            array_keys($environment),
            $environment,
        )));
        $processes ??= new FakeProcesses;
        $app = $this->laravel->app;
        $app->instance(Processes::class, $processes);
        $app->instance(InitialEnvironment::class, new InitialEnvironment($this->environ));
        $command = new ServeCommand;
        $command->setLaravel($app);
        $input = new ArrayInput($options);
        $input->setInteractive(false);

        self::assertSame($expected, $command->run($input, $this->output));

        return $processes;
    }
}
