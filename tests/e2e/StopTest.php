<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;

/** How it ends, by order and by force. */
final class StopTest extends TestCase
{
    private Server $server;

    protected function setUp(): void
    {
        $this->server = Server::start(['SHUTDOWN_TIMEOUT' => '5']);
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->server->folder);
    }

    /** @return array<string, array{int}> */
    public static function orders(): array
    {
        return ['SIGTERM' => [SIGTERM], 'SIGINT' => [SIGINT]];
    }

    #[DataProvider('orders')]
    public function test_what_is_in_flight_is_finished_and_nothing_is_left(int $signal): void
    {
        $descendants = Processes::descendants($this->server->pid);
        $running = $this->server->connect()->request('GET', '/slow/1000');
        $this->server->busyWorker();

        $this->server->signal($signal);

        $answer = $running->answer();
        self::assertSame([200, 'close'], [$answer->status, strtolower((string) $answer->header('Connection'))]);
        self::assertSame(0, $this->server->exitCode());
        self::assertSame([], array_filter($descendants, Processes::alive(...)));
        self::assertFileDoesNotExist($this->server->folder.'/bridge.sock');
        self::assertSame([], glob($this->server->folder.'/bridge.sock*'));
        self::assertSame([], Folders::files($this->server->folder.'/spool'));
    }

    public function test_no_new_connection_is_taken_while_it_stops(): void
    {
        $running = $this->server->connect()->request('GET', '/slow/1500');
        $this->server->busyWorker();
        $this->server->signal(SIGTERM);

        Processes::await(function (): bool {
            try {
                $this->server->connect()->close();

                return false;
            } catch (\RuntimeException) {
                return true;
            }
        }, 'connections are refused', 1);
        self::assertSame(200, $running->answer()->status);
    }

    public function test_a_request_that_takes_too_long_does_not_hold_the_stop(): void
    {
        $this->server->connect()->request('GET', '/slow/60000');
        $this->server->busyWorker();
        $start = microtime(true);

        self::assertSame(0, $this->server->stop());
        self::assertLessThan(9, microtime(true) - $start);
    }

    public function test_a_second_signal_stops_at_once(): void
    {
        $this->server->connect()->request('GET', '/slow/60000');
        $this->server->busyWorker();
        $descendants = Processes::descendants($this->server->pid);
        $start = microtime(true);
        $this->server->signal(SIGTERM);
        Processes::await(fn (): bool => preg_match('/stop|shut|drain/i', $this->server->log()) === 1, 'it says that it stops');

        $this->server->stop();

        self::assertLessThan(3, microtime(true) - $start);
        self::assertSame([], array_filter($descendants, Processes::alive(...)));
    }

    public function test_nothing_survives_a_kill_9(): void
    {
        $spinning = $this->server->connect()->request('GET', '/spin/60000');
        $sleeping = $this->server->connect()->request('GET', '/slow/60000');
        $this->server->busyWorker();
        $descendants = Processes::descendants($this->server->pid);
        self::assertGreaterThanOrEqual(3, count($descendants));

        $this->server->kill();
        $spinning->close();
        $sleeping->close();

        Processes::await(static fn (): bool => array_filter($descendants, Processes::alive(...)) === [], 'handler and workers end', 5);
    }

    public function test_after_a_kill_9_it_starts_again_in_the_same_place(): void
    {
        $spool = $this->server->folder.'/spool';
        $this->server->connect()->send("POST /api/inspect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n".str_repeat('x', 500000));
        Processes::await(static fn (): bool => Folders::files($spool) !== [], 'a body is spooled');
        $left = Folders::files($spool);
        $this->server->kill();

        $this->server = Server::start([], $this->server->folder);

        self::assertSame([], array_filter($left, 'file_exists'), 'The spool of the dead server is removed');
        self::assertSame(0, $this->server->stop());
    }
}
