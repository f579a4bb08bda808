<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;
use RuntimeException;

/** The .env of the application changes what the server is to its clients; a reload makes it so. */
final class ListenerReloadTest extends TestCase
{
    private string $folder;

    private Release $release;

    private Server $server;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        $this->release = Release::make("$this->folder/app", 'one ');
        $this->env(['HTTP_PORT=0']);
        // An empty variable is none: the file decides.
        $this->server = Server::start(['LARAVEL_PATH' => $this->release->path, 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1', 'HTTP_PORT' => ''], $this->folder);
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->folder);
    }

    public function test_limits_and_trusted_proxies_change_without_closing_anything(): void
    {
        $open = $this->server->connect();
        self::assertSame(200, $open->request('POST', '/api/inspect', ['X-Forwarded-For' => '192.0.2.9'], str_repeat('x', 2000))->answer()->status);
        self::assertStringNotContainsString('client=192.0.2.9', $this->server->log());

        $this->env(['HTTP_PORT=0', 'MAX_BODY_SIZE=1K', 'TRUSTED_PROXIES=127.0.0.1', 'MAX_CONNECTIONS=4321']);
        self::assertSame(0, $this->command('reload', '--wait')->code);

        self::assertSame(200, $open->request('POST', '/api/inspect', ['X-Forwarded-For' => '192.0.2.9'], 'x')->answer()->status);
        self::assertSame(413, $open->request('POST', '/api/inspect', [], str_repeat('x', 2000))->answer()->status);
        self::assertStringContainsString(' of 4321', $this->command('status')->output);
        self::assertStringContainsString('client=192.0.2.9', $this->server->log());
    }

    public function test_another_port_is_opened_before_the_old_one_is_closed(): void
    {
        $old = $this->server->address();
        $open = $this->server->connect();
        $port = self::freePort();
        $this->env(["HTTP_PORT=$port"]);

        $reload = $this->command('reload', '--wait');

        self::assertSame(0, $reload->code, $reload->errors);
        self::assertSame(200, (new Connection("tcp://127.0.0.1:$port"))->request('GET', '/api/ping')->answer()->status);
        self::assertSame(200, $open->request('GET', '/api/ping')->answer()->status, 'Who was connected stays');
        self::assertStringContainsString("listening on http://127.0.0.1:$port, no more on http", $this->server->log());
        self::assertStringContainsString("http://127.0.0.1:$port", $this->command('status')->output);
        $this->expectException(RuntimeException::class);
        new Connection($old);
    }

    public function test_a_port_that_cannot_be_opened_refuses_the_reload_and_nothing_changes(): void
    {
        $taken = stream_socket_server('tcp://127.0.0.1:0') ?: throw new RuntimeException('No port');
        $port = (int) substr((string) strrchr((string) stream_socket_get_name($taken, false), ':'), 1);
        $this->env(["HTTP_PORT=$port", 'MAX_CONNECTIONS=4321']);

        $reload = $this->command('reload', '--wait');

        self::assertSame(1, $reload->code);
        self::assertStringContainsString("127.0.0.1:$port: the port is in use by another program", $reload->errors);
        self::assertTrue($this->server->answers());
        self::assertStringNotContainsString('4321', $this->command('status')->output);
    }

    public function test_a_release_that_does_not_boot_leaves_the_port_and_all_settings_as_they_were(): void
    {
        $port = self::freePort();
        $this->env(["HTTP_PORT=$port", 'QUEUE_LIMIT=77', 'MAX_CONNECTIONS=4321']);
        $this->release->route('this is no PHP(');
        self::assertSame(1, $this->command('reload', '--wait')->code);
        self::assertStringContainsString('queue       0 of 1024', $this->command('status')->output);
        self::assertStringContainsString(' of 10240,', $this->command('status')->output);
        self::assertTrue($this->server->answers());
        self::assertFalse(@stream_socket_client("tcp://127.0.0.1:$port"), 'The new port is closed again');

        $this->release->answer('right ');
        self::assertSame(0, $this->command('reload', '--wait')->code);
        self::assertSame(200, (new Connection("tcp://127.0.0.1:$port"))->request('GET', '/release')->answer()->status);
    }

    public function test_what_needs_a_restart_is_named_and_the_rest_is_done(): void
    {
        $port = self::freePort();
        $this->env(["HTTP_PORT=$port"]);
        self::assertSame(0, $this->command('reload', '--wait')->code);

        $this->env(["HTTP_PORT=$port", 'HTTP_HOST=0.0.0.0', 'MAX_CONNECTIONS=4321', 'HTTP_SOCKET_MODE=0600', 'ADMIN_TOKEN=secret', 'LOG_FORMAT=json']);
        $reload = $this->command('reload', '--wait');
        self::assertSame(0, $reload->code);

        foreach (['HTTP_SOCKET_MODE', 'ADMIN_TOKEN', 'LOG_FORMAT', 'HTTP_HOST'] as $name) {
            self::assertStringContainsString("$name has changed and needs a restart", $reload->errors);
            self::assertStringContainsString("$name has changed and needs a restart", $this->server->log());
        }
        self::assertStringNotContainsString('secret', $reload->errors.$this->server->log());
        self::assertStringContainsString("HTTP_HOST has changed and needs a restart: port $port cannot be opened twice", $this->server->log());
        self::assertStringContainsString(' of 4321', $this->command('status')->output);
        self::assertSame(200, (new Connection("tcp://127.0.0.1:$port"))->request('GET', '/api/ping')->answer()->status);
    }

    public function test_a_program_that_is_not_there_refuses_the_reload_and_is_named(): void
    {
        $this->env(['HTTP_PORT=0', 'BRIDGE_PROCESSES="ok: sleep 1000; ws: nowhere-to-be-found"', 'MAX_CONNECTIONS=4321']);

        $reload = $this->command('reload', '--wait');

        self::assertSame(1, $reload->code);
        self::assertStringContainsString('BRIDGE_PROCESSES: the program of the entry "ws" is not found in PATH', $reload->errors);
        self::assertSame([], $this->server->status()['processes'], 'Nothing of it was begun');
        self::assertTrue($this->server->answers());
    }

    public function test_a_boot_gives_way_to_those_who_serve_and_its_workers_are_as_the_others(): void
    {
        $mayComeBack = Program::run(['nice', '-n', '1', 'nice', '-n', '-1', 'true'], ['PATH' => (string) getenv('PATH')])->errors === '';
        $expected = (int) pcntl_getpriority($this->server->pid) + ($mayComeBack ? 5 : 0);
        $this->release->route("file_put_contents('$this->folder/nice.'.getmypid(), pcntl_getpriority()); Route::get('/release', fn () => 'next ');");

        self::assertSame(0, $this->command('reload', '--wait')->code);

        $handler = $this->server->status()['application']['handler'];
        self::assertSame((string) $expected, file_get_contents("$this->folder/nice.$handler"));
        $ours = pcntl_getpriority($this->server->pid);
        self::assertSame($ours, pcntl_getpriority($handler));
        // Workers of the generation before may end while they are looked at.
        Processes::await(fn (): bool => array_unique(array_map(static fn (int $pid): int|false => @pcntl_getpriority($pid), $this->server->workers())) === [$ours], 'its workers are as the others');
    }

    public function test_who_asks_while_a_reload_is_under_way_gets_what_has_changed_since(): void
    {
        $this->release->route("touch('$this->folder/booting'); sleep(1); Route::get('/release', fn () => 'late');");
        $this->server->signal(SIGHUP);
        Processes::await(fn (): bool => is_file("$this->folder/booting"), 'the first one boots');
        $this->release->answer('last ');

        $reload = $this->command('reload', '--wait');

        self::assertSame(0, $reload->code, $reload->errors);
        self::assertStringStartsWith('last ', $this->server->get('/release')->body);
        self::assertSame(3, $this->server->status()['application']['generation']);
    }

    /**
     * Writes lines into the application's .env.
     *
     * @param  list<string>  $lines
     */
    private function env(array $lines): void
    {
        $env = (string) file_get_contents(Server::application().'/.env');
        file_put_contents("{$this->release->path}/.env", $env."\n".implode("\n", $lines)."\n");
        // Of now, it would be taken for the work of a request that runs at the same time.
        touch("{$this->release->path}/.env", time() - 60);
    }

    private function command(string ...$arguments): Program
    {
        return Program::run([Server::binary(), ...array_values($arguments)], ['SOCKET_PATH' => "$this->folder/bridge.sock", 'PATH' => (string) getenv('PATH')]);
    }

    private static function freePort(): int
    {
        $probe = stream_socket_server('tcp://127.0.0.1:0') ?: throw new RuntimeException('No port');
        $port = (int) substr((string) strrchr((string) stream_socket_get_name($probe, false), ':'), 1);
        fclose($probe);

        return $port;
    }
}
