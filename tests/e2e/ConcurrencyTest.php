<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;

/** Concurrency::driver('bridge'): closures in forks of the worker that runs the request. */
final class ConcurrencyTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1'];
    }

    public function test_each_task_has_a_process_of_its_own_and_the_request_of_its_parent(): void
    {
        $found = $this->get('/concurrency?tasks=3')->json();

        self::assertSame(['task 1', 'task 2', 'task 3'], array_keys($found['results']));
        self::assertSame([1, 2, 3], array_column($found['results'], 'number'));
        self::assertSame(['concurrency', 'concurrency', 'concurrency'], array_column($found['results'], 'path'));
        self::assertCount(4, array_unique([$found['pid'], ...array_column($found['results'], 'pid')]));
    }

    public function test_more_tasks_than_may_run_at_once_all_run(): void
    {
        self::assertCount(30, $this->get('/concurrency?tasks=30&ms=1')->json()['results']);
    }

    public function test_an_exception_travels_with_the_one_before_it(): void
    {
        self::assertSame(
            ['the outer one', 42, 'ConcurrencyController.php', ['RuntimeException', 'the inner one', 7]],
            $this->get('/concurrency/fail')->json(),
        );
    }

    public function test_tasks_have_connections_of_their_own_and_the_requests_stay_as_they_were(): void
    {
        for ($turn = 0; $turn < 3; $turn++) {
            self::assertSame(['before' => 50, 'tasks' => [[50, 0], [50, 0]], 'level' => 1, 'after' => 50], $this->get('/concurrency/database')->json());
        }
    }

    public function test_what_a_task_prints_and_what_the_request_has_registered_do_not_meet(): void
    {
        $first = $this->get('/concurrency/noise');
        self::assertNull($first->header('X-Task'));
        $before = $first->json();
        self::assertSame('quiet', $before['result']);
        $after = Processes::await(function () use ($before): ?array {
            $now = $this->get('/concurrency/noise')->json();

            return $now['shutdown'] > $before['shutdown'] && $now['terminated'] > $before['terminated'] ? $now : null;
        }, 'what the request has registered is run');
        self::assertSame($after['shutdown'], $after['terminated'], 'Once for each request, and never in a task.');
        Processes::await(fn (): bool => str_contains(self::server()->log(), 'a task prints'), 'what a task prints is in the log');
    }

    public function test_deferred_tasks_run_when_the_client_has_its_answer(): void
    {
        $token = bin2hex(random_bytes(8));
        self::assertSame(200, $this->get("/concurrency/defer?token=$token")->status);
        Processes::await(fn (): bool => json_decode($this->get('/concurrency/deferred')->body) === $token, 'the deferred task has run');
    }

    public function test_nothing_is_left_of_tasks(): void
    {
        $pid = $this->get('/concurrency?tasks=8')->json()['pid'];
        $files = Processes::openFiles($pid);
        for ($turn = 0; $turn < 5; $turn++) {
            self::assertSame($pid, $this->get('/concurrency?tasks=8')->json()['pid']);
        }

        self::assertSame($files, Processes::openFiles($pid));
        self::assertSame([], Processes::children($pid));
        self::assertFileExists("/proc/$pid/task/$pid/children");
        self::assertSame('', trim((string) file_get_contents("/proc/$pid/task/$pid/children")), 'No zombie either.');
    }

    public function test_tasks_end_with_their_worker(): void
    {
        $connection = self::server()->connect();
        $connection->request('GET', '/concurrency?tasks=2&ms=60000');
        [$worker, $tasks] = Processes::await(function (): ?array {
            foreach (self::server()->workers() as $worker) {
                $tasks = array_filter(Processes::children($worker), Processes::sleepsInTheApplication(...));
                if (count($tasks) === 2) {
                    return [$worker, $tasks];
                }
            }

            return null;
        }, 'both tasks run');

        posix_kill($worker, SIGKILL);
        self::assertSame(502, $connection->answer()->status);
        Processes::await(fn (): bool => array_filter($tasks, Processes::alive(...)) === [], 'the tasks have ended too');
        self::assertCount(3, $this->get('/concurrency')->json()['results'], 'Another worker has taken its place.');
    }
}
