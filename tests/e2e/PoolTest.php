<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;

/** Few workers, many requests: growing, waiting, giving up. */
final class PoolTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '3', 'QUEUE_TIMEOUT' => '2', 'REQUEST_TIMEOUT' => '4', 'TERMINATE_TIMEOUT' => '1'];
    }

    public function test_the_pool_grows_to_its_maximum_and_runs_that_many_at_once(): void
    {
        $start = microtime(true);
        $connections = $this->ask(3, '/slow/1000');
        foreach ($connections as $connection) {
            self::assertSame(200, $connection->answer()->status);
        }

        self::assertLessThan(3, microtime(true) - $start, 'One after the other they take three seconds');
        self::assertLessThanOrEqual(3, count(self::server()->workers()));
    }

    public function test_requests_over_the_maximum_wait_their_turn(): void
    {
        $pids = array_map(static fn (Connection $connection): int => $connection->answer()->json()['pid'], $this->ask(9, '/slow/200'));

        self::assertLessThanOrEqual(3, count(array_unique($pids)));
    }

    public function test_a_request_that_waited_too_long_is_a_503_that_says_when_to_come_back(): void
    {
        $busy = $this->ask(3, '/slow/3500');
        Processes::await(static fn (): bool => count(array_filter(self::server()->workers(), Processes::sleepsInTheApplication(...))) === 3, 'all are busy');

        $answer = $this->get('/api/ping');

        self::assertSame(503, $answer->status);
        self::assertGreaterThan(0, (int) $answer->header('Retry-After'));
        foreach ($busy as $connection) {
            self::assertSame(200, $connection->answer()->status);
        }
    }

    public function test_a_client_that_leaves_the_queue_is_never_served(): void
    {
        $busy = $this->ask(3, '/slow/1000');
        Processes::await(static fn (): bool => count(array_filter(self::server()->workers(), Processes::sleepsInTheApplication(...))) === 3, 'all are busy');
        $token = bin2hex(random_bytes(8));
        self::server()->connect()->request('GET', "/terminate?token=$token")->close();
        foreach ($busy as $connection) {
            $connection->answer();
        }

        self::assertNotSame($token, $this->get('/terminate/marker')->json()['terminating']);
    }

    public function test_slow_uploads_hold_no_worker(): void
    {
        $uploads = [];
        for ($i = 0; $i < 10; $i++) {
            $uploads[] = self::server()->connect()->send("POST /api/inspect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");
        }
        for ($piece = 0; $piece < 10; $piece++) {
            foreach ($uploads as $upload) {
                $upload->send(str_repeat('x', 10000));
            }
            self::assertSame(200, $this->get('/api/ping')->status);
        }
        foreach ($uploads as $upload) {
            self::assertSame(100000, $upload->answer()->json()['content']['length']);
        }
    }

    public function test_a_request_over_its_deadline_is_a_504_and_its_worker_is_replaced(): void
    {
        $connection = self::server()->connect()->request('GET', '/slow/30000', ['X-Request-Id' => 'late-1']);
        $worker = self::server()->busyWorker();

        $answer = $connection->answer();

        self::assertSame(504, $answer->status);
        self::assertStringContainsString('late-1', $answer->body);
        Processes::await(static fn (): bool => ! Processes::alive($worker), 'the late worker is gone');
        self::assertSame(200, $this->get('/api/ping')->status);
    }

    public function test_a_worker_that_does_not_come_back_from_its_terminate_work_is_replaced(): void
    {
        self::assertSame(200, $this->get('/terminate?token=stuck&ms=10000')->status);
        $worker = self::server()->busyWorker();

        Processes::await(static fn (): bool => ! Processes::alive($worker), 'the stuck worker is gone', 4);
        self::assertSame(200, $this->get('/api/ping')->status);
    }

    public function test_an_endless_loop_is_ended_by_the_deadline(): void
    {
        self::assertSame(504, $this->get('/spin/30000')->status);
        self::assertSame(200, $this->get('/api/ping')->status);
    }

    /** @return list<Connection> */
    private function ask(int $times, string $target): array
    {
        return array_map(static fn (): Connection => self::server()->connect()->request('GET', $target), range(1, $times));
    }
}
