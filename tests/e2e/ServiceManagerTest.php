<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Load;
use LaravelBridge\E2e\Support\Manager;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;
use RuntimeException;

/** Under a service manager: it keeps the socket and is told how we are. */
final class ServiceManagerTest extends TestCase
{
    private string $folder;

    private ?Server $server = null;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
    }

    protected function tearDown(): void
    {
        $this->server?->kill();
        Folders::remove($this->folder);
    }

    public function test_ready_is_told_when_the_application_answers_and_the_end_when_it_begins(): void
    {
        $manager = new Manager($this->folder);
        $this->server = $manager->start(['SHUTDOWN_TIMEOUT' => '7', 'WATCHDOG_USEC' => '100000']);

        $manager->await('READY=1');
        self::assertSame(200, (new Connection($manager->address()))->request('GET', '/api/ping')->answer()->status);
        $manager->await('STATUS=Serving: ');
        $manager->await('WATCHDOG=1', $manager->await('WATCHDOG=1'));

        $this->server->signal(SIGTERM);
        $manager->await("STOPPING=1\nEXTEND_TIMEOUT_USEC=17000000");
        self::assertSame(0, $this->server->exitCode());
    }

    public function test_an_application_that_does_not_boot_is_never_ready_and_the_reason_is_told(): void
    {
        mkdir("$this->folder/broken");
        file_put_contents("$this->folder/broken/artisan", '<?php fwrite(STDERR, "no database here\n"); exit(7);');
        $manager = new Manager($this->folder);
        $this->server = $manager->start(['LARAVEL_PATH' => "$this->folder/broken"]);

        $manager->await('STATUS=The application does not boot, clients get 503: ');
        self::assertStringContainsString('no database here', implode("\n", $manager->heard()));
        self::assertSame(503, (new Connection($manager->address()))->request('GET', '/')->answer()->status);
        self::assertNotContains('READY=1', $manager->heard());

        unlink("$this->folder/broken/artisan");
        rmdir("$this->folder/broken");
        symlink(Server::application(), "$this->folder/broken");
        $manager->await('READY=1');
    }

    public function test_a_reload_is_told_from_its_beginning_to_its_end(): void
    {
        $manager = new Manager($this->folder);
        $this->server = $manager->start();
        $before = $manager->await('READY=1');

        $reload = Program::run([Server::binary(), 'reload', '--wait'], ['SOCKET_PATH' => "$this->folder/bridge.sock", 'PATH' => (string) getenv('PATH')]);

        self::assertSame(0, $reload->code, $reload->errors);
        $reloading = $manager->await("RELOADING=1\nMONOTONIC_USEC=", $before);
        $manager->await('READY=1', $reloading);
    }

    public function test_a_restart_on_the_same_socket_refuses_nobody_and_loses_no_request(): void
    {
        $manager = new Manager($this->folder);
        $this->server = $manager->start();
        $ready = $manager->await('READY=1');
        $load = new Load($manager->address());

        for ($restart = 0; $restart < 2; $restart++) {
            $load->until(static fn (int $answered): bool => $answered >= 40);
            $this->server->signal(SIGTERM);
            $load->while(fn (): bool => $this->server->running());
            self::assertSame(0, $this->server->exitCode());
            $this->server = $manager->start();
            $load->until(static fn (): bool => in_array('READY=1', array_slice($manager->heard(), $ready), true));
            $ready = count($manager->heard());
        }
        $load->until(static fn (int $answered): bool => $answered >= 40);

        self::assertSame([], $load->finish(), 'Every request is answered with 200');
    }

    public function test_the_variables_and_the_socket_of_the_manager_do_not_reach_the_application(): void
    {
        $manager = new Manager($this->folder);
        $this->server = $manager->start(['WATCHDOG_USEC' => '10000000']);
        $manager->await('READY=1');
        $sockets = static fn (int $pid): array => array_map(static fn (string $fd): string => (string) @readlink($fd), glob("/proc/$pid/fd/*") ?: []);
        self::assertContains($manager->socket(), $sockets($this->server->pid), 'The server has it');

        $descendants = Processes::descendants($this->server->pid);
        self::assertGreaterThanOrEqual(2, count($descendants));
        foreach ($descendants as $pid) {
            self::assertNotContains($manager->socket(), $sockets($pid));
            self::assertDoesNotMatchRegularExpression('/(^|\0)(LISTEN_|NOTIFY_SOCKET|WATCHDOG_)/', (string) file_get_contents("/proc/$pid/environ"));
        }
    }

    public function test_it_is_started_by_the_first_connection(): void
    {
        $address = $this->activate(["--listen=$this->folder/admin.sock", '--fdname=http:admin']);

        self::assertSame(200, $this->firstConnection($address)->request('GET', '/api/ping')->answer()->status);
        self::assertStringContainsString("listening on http://$address", $this->running()->log());
        self::assertSame(200, (new Connection("unix://$this->folder/admin.sock"))->request('GET', '/-/ready')->answer()->status);
        self::assertFileDoesNotExist("$this->folder/bridge.sock.admin");
        self::assertSame(0, $this->running()->stop());
        self::assertFileExists("$this->folder/admin.sock");
    }

    public function test_artisan_hands_the_socket_on_to_what_it_becomes(): void
    {
        $address = $this->activate([], ['/bin/sh', '-c', 'BRIDGE_BINARY="$1" exec php "$LARAVEL_PATH/artisan" laravel-rust:serve', 'sh']);

        self::assertSame(200, $this->firstConnection($address)->request('GET', '/api/ping')->answer()->status);
        self::assertSame(0, $this->running()->stop());
    }

    public function test_connections_instead_of_a_listening_socket_are_refused_with_words(): void
    {
        $manager = new Manager($this->folder);
        $client = stream_socket_client($manager->address()) ?: throw new RuntimeException('Nobody listens');
        $this->server = Server::launch(['LISTEN_FDS' => '1'], $this->folder, [], ['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh'], [3 => $client]);

        self::assertSame(78, $this->server->exitCode());
        self::assertStringContainsString('Accept=no', $this->server->log());
    }

    /**
     * Has systemd's own program listen on a free port, to start the server with the first connection.
     *
     * @param  list<string>  $options
     * @param  list<string>  $launcher
     */
    private function activate(array $options, array $launcher = []): string
    {
        $probe = stream_socket_server('tcp://127.0.0.1:0') ?: throw new RuntimeException('No port');
        $address = (string) stream_socket_get_name($probe, false);
        fclose($probe);
        foreach (['LARAVEL_PATH', 'SOCKET_PATH', 'LOG_DIR', 'SPOOL_DIR'] as $variable) {
            $options[] = "--setenv=$variable";
        }
        $this->server = Server::launch([], $this->folder, [], ['systemd-socket-activate', "--listen=$address", ...$options, ...$launcher]);

        return $address;
    }

    private function firstConnection(string $address): Connection
    {
        return Processes::await(static function () use ($address): ?Connection {
            try {
                return new Connection("tcp://$address");
            } catch (RuntimeException) {
                return null;
            }
        }, 'systemd-socket-activate listens');
    }

    private function running(): Server
    {
        return $this->server ?? throw new RuntimeException('The server was started');
    }
}
