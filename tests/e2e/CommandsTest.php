<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;

/** Commands of the application beside a server that runs: they boot an application of their own and touch nothing of it. */
final class CommandsTest extends ServerTestCase
{
    public function test_commands_leave_the_server_alone(): void
    {
        $before = $this->seen();
        foreach ([['about'], ['route:list'], ['config:show', 'bridge'], ['help', 'laravel-rust:serve'], ['list']] as $command) {
            self::assertSame(0, $this->artisan(...$command), implode(' ', $command));
        }

        self::assertSame($before, $this->seen());
        self::assertSame(200, $this->get('/api/ping')->status);
    }

    public function test_the_concurrency_driver_is_there_for_commands_too(): void
    {
        // What tinker does with a line, without tinker: it boots the console's kernel and runs code.
        $code = 'require "vendor/autoload.php"; $app = require "bootstrap/app.php"; $app->make(Illuminate\Contracts\Console\Kernel::class)->bootstrap();
            exit(array_sum(Illuminate\Support\Facades\Concurrency::driver("bridge")->run([fn () => 1, fn () => App\Models\User::count()])));';
        $before = $this->seen();

        self::assertSame(51, $this->command(['-r', $code]));
        self::assertSame($before, $this->seen());
    }

    /** @return array{int, list<int>, list<string>} */
    private function seen(): array
    {
        $folder = self::server()->folder;
        $files = array_values(array_filter(scandir($folder) ?: [], static fn (string $name): bool => str_starts_with($name, 'bridge.sock')));

        return [self::server()->handler(), self::server()->workers(), array_map(static fn (string $name): string => "$name ".fileinode("$folder/$name"), $files)];
    }

    private function artisan(string ...$arguments): int
    {
        return $this->command(['artisan', '--no-interaction', ...array_values($arguments)]);
    }

    /** @param  list<string>  $arguments */
    private function command(array $arguments): int
    {
        // With the settings of the server: a command that listened would be in its way.
        $environment = ['SOCKET_PATH' => self::server()->folder.'/bridge.sock', 'HTTP_PORT' => (string) self::server()->port(), 'BRIDGE_BINARY' => Server::binary()];
        $process = proc_open(['php', ...$arguments], [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], STDERR], $pipes, Server::application(), $environment + getenv());
        self::assertIsResource($process);
        $code = null;
        Processes::await(function () use ($process, &$code): bool {
            $status = proc_get_status($process);
            $code = $status['exitcode'];

            return ! $status['running'];
        }, 'the command ends', 60);

        return (int) $code;
    }
}
