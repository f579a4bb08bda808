<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Console;

use LaravelBridge\Console\AskingCommand;
use LaravelBridge\Console\InitialEnvironment;
use LaravelBridge\Console\Processes;
use LaravelBridge\Console\ReloadCommand;
use LaravelBridge\Console\StatusCommand;
use LaravelBridge\Console\StopCommand;
use LaravelBridge\Testing\FakeProcesses;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Console\Input\ArrayInput;
use Symfony\Component\Console\Output\BufferedOutput;

#[BackupGlobals(true)]
final class AskingCommandsTest extends TestCase
{
    private SmallLaravel $laravel;

    private BufferedOutput $output;

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel('', ['bridge' => "['binary' => '/bin/true']"]);
        $this->output = new BufferedOutput;
    }

    protected function tearDown(): void
    {
        $this->laravel->stop();
    }

    /** @return list<array{AskingCommand, array<string, bool>, list<string>}> */
    public static function questions(): array
    {
        return [
            [new StatusCommand, [], ['status']],
            [new StatusCommand, ['--json' => true], ['status', '--json']],
            [new ReloadCommand, [], ['reload']],
            [new ReloadCommand, ['--wait' => true], ['reload', '--wait']],
            [new StopCommand, [], ['stop']],
            [new StopCommand, ['--wait' => true], ['stop', '--wait']],
        ];
    }

    /**
     * @param  array<string, bool>  $options
     * @param  list<string>  $arguments
     */
    #[Test, DataProvider('questions')]
    public function each_becomes_the_native_program_that_asks(AskingCommand $command, array $options, array $arguments): void
    {
        $became = $this->ask($command, $options, new FakeProcesses, 0)->became[0];

        self::assertSame('/bin/true', $became['program']);
        self::assertSame($arguments, $became['arguments']);
        self::assertSame($this->laravel->path, $became['environment']['LARAVEL_PATH']);
    }

    #[Test]
    public function the_exit_code_of_the_program_is_its_own(): void
    {
        $this->ask(new ReloadCommand, ['--wait' => true], new FakeProcesses([], 1), 1);
    }

    #[Test]
    public function without_the_program_it_says_how_to_come_by_it(): void
    {
        $this->laravel->app->make('config')->set('bridge.binary', '/nowhere/laravel-bridge');
        $processes = $this->ask(new StatusCommand, [], new FakeProcesses, 127);

        self::assertSame([], $processes->became);
        self::assertStringContainsString('laravel-rust:serve', $this->output->fetch());
    }

    /** @param  array<string, bool>  $options */
    private function ask(AskingCommand $command, array $options, FakeProcesses $processes, int $expected): FakeProcesses
    {
        $app = $this->laravel->app;
        $app->instance(Processes::class, $processes);
        $app->instance(InitialEnvironment::class, new InitialEnvironment('/dev/null'));
        $command->setLaravel($app);

        self::assertSame($expected, $command->run(new ArrayInput($options), $this->output));

        return $processes;
    }
}
