<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** An application with laravel/octane (by stand-ins): its tables and its cache are shared by all workers. */
#[Group('main')]
final class OctaneTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['DEMO_OCTANE' => '1', 'SOCKET_POOL_MIN' => '3', 'SOCKET_POOL_MAX' => '3', 'SERVER_LOG_LEVEL' => 'debug'];
    }

    public function test_all_workers_count_in_one_table(): void
    {
        $connections = [];
        for ($i = 0; $i < 30; $i++) {
            $connections[] = self::server()->connect()->request('GET', '/octane/votes/together');
        }
        $votes = [];
        $workers = [];
        foreach ($connections as $connection) {
            $answer = $connection->answer()->json();
            $votes[] = $answer['votes'];
            $workers[$answer['pid']] = true;
        }
        sort($votes);
        self::assertSame(range(1, 30), $votes);
        self::assertGreaterThan(1, count($workers), 'Several workers had a part in it.');
    }

    public function test_a_worker_that_is_killed_takes_nothing_with_it(): void
    {
        $before = $this->votes('kept');
        for ($turn = 0; $turn < 5; $turn++) {
            $connection = self::server()->connect()->request('GET', '/octane/hold/busy');
            $seen = $this->votes('busy');
            Processes::await(fn (): bool => $this->votes('busy') > $seen + 1, 'somebody counts');
            $worker = Processes::await(static function (): ?int {
                foreach (self::server()->status()['application']['workers'] as $worker) {
                    if (str_contains((string) ($worker['request'] ?? ''), '/octane/hold')) {
                        return $worker['pid'];
                    }
                }

                return null;
            }, 'its worker is known');
            posix_kill($worker, SIGKILL);
            self::assertSame(502, $connection->answer()->status);
        }
        self::assertSame($before + 1, $this->votes('kept'));
    }

    public function test_a_reload_and_the_death_of_the_handler_leave_them_as_they_were(): void
    {
        $this->get('/octane/cache/kept?set=value');
        $votes = $this->votes('reloaded');
        $generation = self::server()->status()['application']['generation'];
        self::server()->signal(SIGHUP);
        Processes::await(static fn (): bool => self::server()->status()['application']['generation'] > $generation, 'the new generation serves');
        self::assertSame([$votes + 1, 'value'], [$this->votes('reloaded'), $this->get('/octane/cache/kept')->json()['value']]);

        $handler = self::server()->status()['application']['handler'];
        posix_kill($handler, SIGKILL);
        Processes::await(static fn (): bool => ! in_array(self::server()->status()['application']['handler'], [0, $handler], true) && self::server()->answers(), 'another handler serves');
        self::assertSame([$votes + 2, 'value'], [$this->votes('reloaded'), $this->get('/octane/cache/kept')->json()['value']]);
    }

    public function test_programs_that_a_worker_starts_do_not_inherit_the_memory(): void
    {
        $files = $this->get('/octane/files')->json();
        $memory = static fn (array $files): array => array_filter($files, static fn (string $file): bool => str_ends_with($file, '/memory'));
        self::assertNotSame([], $memory($files['own']));
        self::assertNotSame([], array_filter($files['program']), 'It has some files');
        self::assertSame([], $memory($files['program']), 'and not this one.');
    }

    public function test_concurrently_runs_in_forks(): void
    {
        self::assertCount(2, array_unique($this->get('/octane/concurrently')->json()));
    }

    public function test_what_they_share_is_in_memory_and_private(): void
    {
        $this->votes('any');
        $files = array_filter(glob('/dev/shm/laravel-bridge-spool.*/memory') ?: [], static fn (string $file): bool => trim((string) file_get_contents(dirname($file).'/owner')) === (string) self::server()->pid);
        self::assertCount(1, $files);
        $file = implode('', $files);
        self::assertSame([0700, 0600], [fileperms(dirname($file)) & 0777, fileperms($file) & 0777]);
        self::assertLessThan(1 << 20, 512 * (stat($file)['blocks'] ?? 0), 'Only what is used is there.');
    }

    private function votes(string $key): int
    {
        return $this->get("/octane/votes/{$key}")->json()['votes'];
    }
}
