<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** What bounds the number of workers, and what becomes of requests that nobody waits for. */
final class OverloadTest extends TestCase
{
    private ?Server $server = null;

    protected function tearDown(): void
    {
        $this->server?->stop();
    }

    public function test_no_worker_is_started_that_the_memory_has_no_room_for(): void
    {
        $server = $this->server = Server::start(['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '6', 'POOL_MEMORY_LIMIT' => '1M', 'QUEUE_TIMEOUT' => '30']);
        $connections = array_map(static fn () => $server->connect()->request('GET', '/slow/150'), range(1, 4));
        $status = Processes::await(static function () use ($server): ?array {
            $application = $server->status()['application'];

            return $application['memory']['refused'] ? $application : null;
        }, 'the status says that there is no room');

        self::assertSame(1 << 20, $status['memory']['limit_bytes']);
        self::assertGreaterThan(1 << 20, $status['memory']['used_bytes']);
        $pids = array_map(static fn ($connection): int => $connection->answer()->json()['pid'], $connections);
        self::assertCount(1, array_unique($pids), 'They wait for the one worker, and are answered');
    }

    public function test_what_a_worker_has_forked_counts_as_memory_too(): void
    {
        $server = $this->server = Server::start(['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1', 'POOL_MEMORY_LIMIT' => '8G']);
        $used = static fn (): int => $server->status()['application']['memory']['used_bytes'];
        self::assertCount(8, $server->get('/concurrency?tasks=8')->json()['results']);
        $before = Processes::await(static fn (): int => $used(), 'it has been measured');
        $connection = $server->connect()->request('GET', '/concurrency?tasks=8&ms=60000');
        $during = Processes::await(static fn (): ?int => $used() > $before + (2 << 20) ? $used() : null, 'the forks are counted');
        self::assertGreaterThan($before, $during);
        posix_kill($server->workers()[0], SIGKILL);
        self::assertSame(502, $connection->answer()->status);
    }

    public function test_workers_that_have_served_enough_are_replaced_and_never_missed(): void
    {
        $server = $this->server = Server::start(['SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '2', 'WORKER_MAX_REQUESTS' => '3']);
        $pids = [];
        for ($i = 0; $i < 40; $i++) {
            $pids[] = $server->get('/slow/1')->json()['pid'];
            self::assertGreaterThanOrEqual(2, count($server->workers()), 'never fewer than MIN');
        }

        self::assertGreaterThan(4, count(array_unique($pids)));
    }
}
