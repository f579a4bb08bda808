<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;

/** What ROUTES and LANES make different for some paths. */
final class RoutesTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return [
            'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '3', 'QUEUE_LIMIT' => '6', 'LANES' => 'slow=1',
            'ROUTES' => '/slow/* lane=slow; /spin/* timeout=0.5; /whoami isolation=request',
        ];
    }

    public function test_a_route_has_a_deadline_of_its_own(): void
    {
        self::assertSame(504, $this->get('/spin/20000')->status);
        self::assertSame(1500, $this->get('/slow/1500')->json()['slept_ms']);
    }

    public function test_a_route_that_wants_it_gets_a_process_for_each_request_while_the_others_share_one(): void
    {
        $resident = $this->get('/slow/1')->json()['pid'];
        $forks = array_map(fn (): int => $this->get('/whoami')->json()['pid'], range(1, 5));

        self::assertCount(5, array_unique($forks));
        self::assertNotContains($resident, $forks);
        self::assertSame($resident, $this->get('/slow/1')->json()['pid']);
        Processes::await(static fn (): bool => array_filter($forks, Processes::alive(...)) === [], 'the forks end');
    }

    public function test_slow_requests_wait_for_each_other_and_for_nobody_else(): void
    {
        $slow = array_map(static fn (int $ms) => self::server()->connect()->request('GET', "/slow/$ms"), [4000, 10, 10]);
        Processes::await(static fn (): bool => self::server()->status()['application']['queue']['lanes']
            === [['name' => 'slow', 'busy' => 1, 'workers' => 1, 'waiting' => 2, 'limit' => 2]], 'the status shows the lane');

        self::assertSame(200, $this->get('/api/ping')->status);
        self::assertSame(200, $this->get('/whoami')->status);
        $refused = $this->get('/slow/1');

        self::assertSame(503, $refused->status, 'The part of the queue is full');
        self::assertGreaterThan(0, (int) $refused->header('Retry-After'));
        self::assertSame(1, self::server()->status()['application']['queue']['lanes'][0]['busy']);
        $pids = array_map(static fn ($connection): int => $connection->answer()->json()['pid'], $slow);
        self::assertNotSame([], $pids);
    }

    public function test_a_path_written_in_another_way_is_the_same_path(): void
    {
        self::assertSame(504, $this->get('/%73pin/20000')->status);
    }
}
