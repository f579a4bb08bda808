<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** Who starts the server in a terminal sees requests for people there; server.log has them for programs. */
final class TerminalTest extends TestCase
{
    private string $folder;

    /** @var resource */
    private mixed $process;

    /** @var resource */
    private mixed $screen;

    private string $shown = '';

    protected function setUp(): void
    {
        $this->folder = Server::folder();
    }

    protected function tearDown(): void
    {
        $status = proc_get_status($this->process);
        posix_kill($status['pid'], SIGKILL);
        proc_close($this->process);
        Folders::remove($this->folder);
    }

    public function test_requests_are_shown_in_columns_and_colours_and_logged_as_ever(): void
    {
        $this->start();

        $line = $this->after('/api/ping');
        self::assertMatchesRegularExpression('~^\S*\d\d:\d\d:\d\d\S*  \S*GET    \S* \e\[32m200\e\[0m \S* +\d+\.\d ms\S* \S* +\d+\.\d MiB\S*  /api/ping\r$~', $line);
        self::assertMatchesRegularExpression('~\e\[33m404\e~', $this->after('/api/nothing'));
        self::assertMatchesRegularExpression('~\e\[31m500\e\[0m.* /fail  \S*id=[0-9a-f]{16}~', $this->after('/fail'));

        Processes::await(fn (): bool => str_contains($this->file(), 'target="/fail"'), 'the file has it too');
        self::assertMatchesRegularExpression('~ \[access\] id=[0-9a-f]{16} client=127\.0\.0\.1 method=GET target="/api/ping" status=200 .* memory=\d{7,} upstream=laravel\n~', $this->file());
        self::assertStringNotContainsString("\e", $this->file());
        self::assertStringNotContainsString('[access]', $this->shown);
    }

    public function test_no_color_is_honoured(): void
    {
        $this->start(['NO_COLOR' => '1']);

        self::assertMatchesRegularExpression('~^\d\d:\d\d:\d\d  GET     200 +\d+\.\d ms +\d+\.\d MiB  /api/ping\r$~', $this->after('/api/ping'));
        self::assertStringNotContainsString("\e", $this->shown);
    }

    /** @param  array<string, string>  $settings */
    private function start(array $settings = []): void
    {
        $process = proc_open([Server::binary()], [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['pty']], $pipes, $this->folder, $settings + [
            'HTTP_PORT' => '0',
            'LARAVEL_PATH' => Server::application(),
            'SOCKET_PATH' => "$this->folder/bridge.sock",
            'LOG_DIR' => "$this->folder/logs",
            'LOG_LEVEL' => 'info',
            'APP_DEBUG' => 'false',
            'SPOOL_DIR' => $this->folder,
            'TERM' => 'xterm',
            'PATH' => (string) getenv('PATH'),
        ]);
        self::assertIsResource($process);
        $this->process = $process;
        $this->screen = $pipes[2];
        stream_set_blocking($this->screen, false);
        $this->awaitLine('~generation 1 serves~');
    }

    /** What the screen shows of this request. */
    private function after(string $path): string
    {
        preg_match('~listening on http://([\d.:]+)~', $this->shown, $match);
        $connection = new Connection('tcp://'.($match[1] ?? ''));
        $connection->request('GET', $path, ['Connection' => 'close'])->answer();
        $connection->close();

        return $this->awaitLine('~ '.preg_quote($path, '~').'\b~');
    }

    private function awaitLine(string $pattern): string
    {
        return Processes::await(function () use ($pattern): ?string {
            $this->shown .= (string) fread($this->screen, 65536);

            return array_values(preg_grep($pattern, explode("\n", $this->shown)) ?: [])[0] ?? null;
        }, "the screen shows $pattern");
    }

    private function file(): string
    {
        return (string) @file_get_contents("$this->folder/logs/server.log");
    }
}
