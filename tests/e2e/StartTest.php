<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** How it begins: what it finds at its socket, and what it says when it cannot begin. */
final class StartTest extends TestCase
{
    /** EX_CONFIG of sysexits.h */
    private const BAD_SETTINGS = 78;

    private string $folder;

    /** @var list<Server> */
    private array $servers = [];

    /** @var list<resource> */
    private array $processes = [];

    protected function setUp(): void
    {
        $this->folder = Server::folder();
    }

    protected function tearDown(): void
    {
        foreach ($this->servers as $server) {
            $server->kill();
        }
        foreach ($this->processes as $process) {
            proc_terminate($process, SIGKILL);
            proc_close($process);
        }
        Folders::remove($this->folder);
    }

    public function test_a_stale_socket_file_is_replaced(): void
    {
        $socket = stream_socket_server("unix://$this->folder/bridge.sock");
        self::assertNotFalse($socket);
        fclose($socket);
        self::assertFileExists("$this->folder/bridge.sock");

        $server = $this->servers[] = Server::start([], $this->folder);

        self::assertSame('0600', substr(sprintf('%o', fileperms("$this->folder/bridge.sock")), -4));
        self::assertSame(0, $server->stop());
    }

    public function test_a_file_that_is_no_socket_is_left_alone_and_the_start_refused(): void
    {
        file_put_contents("$this->folder/bridge.sock", 'precious');

        self::assertStringContainsString("$this->folder/bridge.sock", $this->refused([]));
        self::assertSame('precious', file_get_contents("$this->folder/bridge.sock"));
    }

    public function test_a_socket_that_speaks_something_else_is_left_alone_and_the_start_refused(): void
    {
        $socket = stream_socket_server("unix://$this->folder/bridge.sock");
        self::assertNotFalse($socket);

        $this->refused(['SOCKET_CONNECTION_TIMEOUT' => '1']);

        self::assertFileExists("$this->folder/bridge.sock");
    }

    public function test_a_handler_started_by_hand_is_used_and_left_alone(): void
    {
        $process = proc_open(
            [PHP_BINARY, 'artisan', 'laravel-rust:serve', '--handler'],
            [['file', '/dev/null', 'r'], ['file', "$this->folder/handler", 'a'], ['file', "$this->folder/handler", 'a']],
            $pipes,
            Server::application(),
            ['SOCKET_PATH' => "$this->folder/bridge.sock", 'PATH' => (string) getenv('PATH')],
        );
        self::assertNotFalse($process);
        $this->processes[] = $process;
        Processes::await(fn (): bool => file_exists("$this->folder/bridge.sock"), 'the handler listens');
        $handler = proc_get_status($process)['pid'];

        $server = $this->servers[] = Server::start([], $this->folder);
        self::assertSame([], Processes::children($server->pid), 'It starts no handler of its own');
        self::assertContains($server->get('/whoami')->json()['pid'], Processes::descendants($handler));
        self::assertSame(0, $server->stop());

        self::assertTrue(Processes::alive($handler));
        self::assertFileExists("$this->folder/bridge.sock");
        Processes::await(static fn (): bool => Processes::children($handler) === [], 'its workers end with their connections');
    }

    public function test_the_handler_of_another_server_is_not_taken(): void
    {
        $first = $this->servers[] = Server::start([], $this->folder);

        $second = $this->servers[] = Server::launch(['ADMIN_SOCKET' => "$this->folder/second.admin"], $this->folder);

        self::assertSame(self::BAD_SETTINGS, $second->exitCode());
        self::assertStringContainsString((string) $first->handler(), $second->log());
        self::assertTrue($first->answers());
        self::assertSame(0, $first->stop());
    }

    public function test_every_wrong_setting_is_named_at_once(): void
    {
        $log = $this->refused([
            'LOG_LEVEL' => 'loud', 'SOCKET_POOL_MIN' => '9', 'SOCKET_POOL_MAX' => '3', 'HTTP_PORT' => '70000',
            'LARAVEL_PATH' => $this->folder, 'PHP_PATH' => '/no/such/php',
        ]);

        foreach (['LOG_LEVEL', 'loud', 'SOCKET_POOL_MIN', 'HTTP_PORT', '70000', 'artisan', '/no/such/php'] as $word) {
            self::assertStringContainsString($word, $log);
        }
    }

    public function test_a_socket_path_that_is_too_long_is_refused(): void
    {
        self::assertStringContainsString('SOCKET_PATH', $this->refused(['SOCKET_PATH' => "$this->folder/".str_repeat('x', 120)]));
    }

    public function test_a_port_in_use_is_refused(): void
    {
        $taken = stream_socket_server('tcp://127.0.0.1:0');
        self::assertNotFalse($taken);
        $port = substr((string) strrchr((string) stream_socket_get_name($taken, false), ':'), 1);

        $server = $this->servers[] = Server::launch(['HTTP_PORT' => $port], $this->folder);

        self::assertNotSame(0, $server->exitCode());
        self::assertStringContainsString($port, $server->log());
    }

    public function test_the_env_file_of_the_working_directory_counts_less_than_the_environment(): void
    {
        file_put_contents("$this->folder/.env", "SOCKET_POOL_MIN=3 # three\nexport SOCKET_POOL_MAX=\"4\"\nLOG_LEVEL=nonsense\n");

        $server = $this->servers[] = Server::start(['LOG_LEVEL' => 'info'], $this->folder);

        Processes::await(static fn (): bool => count($server->workers()) === 3, 'three workers');
        self::assertSame(0, $server->stop());
    }

    public function test_check_tells_without_listening(): void
    {
        $good = $this->servers[] = Server::launch([], $this->folder, ['--check']);
        self::assertSame(0, $good->exitCode(), $good->log());

        $bad = $this->servers[] = Server::launch(['HTTP_PORT' => 'abc'], $this->folder, ['--check']);
        self::assertSame(self::BAD_SETTINGS, $bad->exitCode());
    }

    public function test_help_and_version_are_told(): void
    {
        $help = $this->servers[] = Server::launch([], $this->folder, ['--help']);
        self::assertSame(0, $help->exitCode());
        self::assertStringContainsString('SOCKET_POOL_MAX', $help->log());

        $version = $this->servers[] = Server::launch([], $this->folder, ['--version']);
        self::assertSame(0, $version->exitCode());
        self::assertMatchesRegularExpression('/\d+\.\d+\.\d+/', $version->log());
    }

    public function test_the_artisan_command_becomes_the_server(): void
    {
        $process = proc_open(
            [PHP_BINARY, 'artisan', 'laravel-rust:serve', '--port=0', '--workers=1'],
            [['file', '/dev/null', 'r'], ['file', "$this->folder/artisan", 'a'], ['file', "$this->folder/artisan", 'a']],
            $pipes,
            Server::application(),
            ['SOCKET_PATH' => "$this->folder/bridge.sock", 'LOG_DIR' => $this->folder, 'PATH' => (string) getenv('PATH')],
        );
        self::assertNotFalse($process);
        $this->processes[] = $process;

        $port = Processes::await(function (): ?string {
            $log = (string) file_get_contents("$this->folder/artisan");

            return preg_match('~listening on \S*?:(\d+)\b~', $log, $match) ? $match[1] : null;
        }, 'the server listens');

        $answer = (new Support\Connection("tcp://127.0.0.1:$port"))->request('GET', '/api/ping')->answer();
        self::assertSame('pong', $answer->json()['message']);
        $pid = proc_get_status($process)['pid'];
        self::assertSame('laravel-bridge', trim((string) file_get_contents("/proc/$pid/comm")), 'No PHP is left in between');
        self::assertCount(1, Processes::children(Processes::children($pid)[0]));
        proc_terminate($process);
        Processes::await(static fn (): bool => ! proc_get_status($process)['running'], 'it stops');
    }

    public function test_it_listens_on_a_unix_socket(): void
    {
        $server = $this->servers[] = Server::launch(['HTTP_HOST' => "unix:$this->folder/http.sock"], $this->folder);
        Processes::await(fn (): bool => file_exists("$this->folder/http.sock"), 'the socket is there');

        $connection = new Support\Connection("unix://$this->folder/http.sock");
        self::assertSame('pong', $connection->request('GET', '/api/ping')->answer()->json()['message']);
        self::assertSame(0, $server->stop());
        self::assertFileDoesNotExist("$this->folder/http.sock");
    }

    /** @param  array<string, string>  $settings */
    private function refused(array $settings): string
    {
        $server = $this->servers[] = Server::launch($settings, $this->folder);
        self::assertSame(self::BAD_SETTINGS, $server->exitCode(), $server->lastWords());

        return $server->log();
    }
}
