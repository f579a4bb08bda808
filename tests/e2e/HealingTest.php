<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;

/** Processes are killed: clients get a clean answer, and everything comes back by itself. */
final class HealingTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '2'];
    }

    public function test_a_worker_killed_in_the_middle_of_a_request_is_a_502_with_its_id_and_is_replaced(): void
    {
        $connection = self::server()->connect()->request('GET', '/slow/20000', ['X-Request-Id' => 'killed-1']);
        $worker = self::server()->busyWorker();

        posix_kill($worker, SIGKILL);

        $answer = $connection->answer();
        self::assertSame(502, $answer->status);
        self::assertStringContainsString('killed-1', $answer->body);
        Processes::await(static fn (): bool => preg_match("/$worker.*(signal|SIGKILL)/i", self::server()->log()) === 1, 'the log names the cause', 3);
        $this->awaitTwoWorkers([$worker]);
        self::assertTrue($answer->keepsAlive(), 'A worker that dies is no reason to drop the client');
    }

    public function test_nobody_notices_that_an_idle_worker_was_killed(): void
    {
        $killed = $this->awaitTwoWorkers([]);
        foreach ($killed as $worker) {
            posix_kill($worker, SIGKILL);
        }

        for ($number = 0; $number < 20; $number++) {
            self::assertSame(200, $this->get('/api/ping')->status);
        }
        $this->awaitTwoWorkers($killed);
    }

    public function test_a_killed_handler_is_started_again_and_its_workers_are_gone(): void
    {
        $handler = self::server()->handler();
        $workers = self::server()->workers();

        posix_kill($handler, SIGKILL);

        Processes::await(static fn (): bool => array_filter($workers, Processes::alive(...)) === [], 'the orphaned workers end');
        Processes::await(static fn (): bool => self::server()->answers(), 'the application answers again');
        self::assertNotSame($handler, self::server()->handler());
    }

    public function test_a_request_that_was_running_when_the_handler_was_killed_gets_an_answer(): void
    {
        $connection = self::server()->connect()->request('GET', '/slow/3000');
        self::server()->busyWorker();

        posix_kill(self::server()->handler(), SIGKILL);

        self::assertContains($connection->answer()->status, [200, 502]);
        Processes::await(static fn (): bool => self::server()->answers(), 'the application answers again');
    }

    public function test_repeated_kills_leave_no_descriptor_behind(): void
    {
        $this->awaitTwoWorkers([]);
        $before = Processes::openFiles(self::server()->pid);
        for ($round = 0; $round < 10; $round++) {
            // Both have worked: workers that die before they have, time after time, are forked anew with growing pauses.
            $connections = [self::server()->connect()->request('GET', '/slow/50'), self::server()->connect()->request('GET', '/slow/50')];
            foreach ($connections as $connection) {
                self::assertSame(200, $connection->answer()->status);
                $connection->close();
            }
            $killed = $this->awaitTwoWorkers([]);
            array_map(static fn (int $worker): bool => posix_kill($worker, SIGKILL), $killed);
            $this->awaitTwoWorkers($killed);
        }

        Processes::await(static fn (): bool => Processes::openFiles(self::server()->pid) <= $before, 'as many open files as before');
    }

    /**
     * @param  list<int>  $others  workers that must not be among them
     * @return list<int>
     */
    private function awaitTwoWorkers(array $others): array
    {
        return Processes::await(static function () use ($others): ?array {
            $workers = self::server()->workers();

            return count($workers) === 2 && array_intersect($workers, $others) === [] ? $workers : null;
        }, 'there are two workers');
    }
}
