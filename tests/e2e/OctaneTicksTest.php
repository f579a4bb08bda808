<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** Octane::tick(), and intervals of its store: once a second, in one process of the server. */
#[Group('main')]
final class OctaneTicksTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['DEMO_OCTANE' => '1', 'DEMO_TICKS' => '1', 'SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '2'];
    }

    public function test_one_process_that_is_no_worker_ticks_and_failures_end_nothing(): void
    {
        $ticker = $this->ticker();
        $counted = $this->awaitTicks($ticker, 3);
        self::assertSame([$ticker], array_keys($counted));
        self::assertNotContains($ticker, array_column(self::server()->status()['application']['workers'], 'pid'));
    }

    public function test_an_interval_is_made_there_and_read_everywhere(): void
    {
        $ticker = $this->ticker();
        $value = Processes::await(fn (): ?int => $this->get('/octane/interval')->json()['value'] === $ticker ? $ticker : null, 'the value is that of the last tick');
        self::assertNotContains($value, array_column(self::server()->status()['application']['workers'], 'pid'));
    }

    public function test_a_killed_one_is_replaced_and_nobody_waits_for_it(): void
    {
        $ticker = $this->ticker();
        posix_kill($ticker, SIGKILL);
        self::assertSame(200, $this->get('/api/ping')->status);
        $next = $this->ticker([$ticker]);
        $this->awaitTicks($next, 1);
        self::assertStringContainsString('SIGKILL', (string) ($this->ticks()['last_end'] ?? ''));
    }

    public function test_with_the_next_generation_the_ticks_are_its_own(): void
    {
        $ticker = $this->ticker();
        self::server()->signal(SIGHUP);
        $next = $this->ticker([$ticker]);
        Processes::await(static fn (): bool => ! Processes::alive($ticker), 'the old one has ended');
        $before = $this->counted()[$ticker] ?? 0;
        $this->awaitTicks($next, 2);
        self::assertSame($before, $this->counted()[$ticker] ?? 0);
    }

    /** @return array<string, mixed>|null */
    private function ticks(): ?array
    {
        foreach (self::server()->status()['upstreams'] as $kind) {
            foreach ($kind['processes'] as $process) {
                if ($process['id'] === 'ticks') {
                    return $process;
                }
            }
        }

        return null;
    }

    /** @param  list<int>  $other */
    private function ticker(array $other = []): int
    {
        return Processes::await(function () use ($other): ?int {
            $pid = $this->ticks()['pid'] ?? 0;

            return $pid === 0 || in_array($pid, $other, true) ? null : $pid;
        }, 'a process ticks');
    }

    /** @return array<int, int> ticks by process */
    private function counted(): array
    {
        $counted = [];
        foreach ($this->get('/octane/ticks')->json() as $key => $row) {
            $counted[(int) substr($key, 5)] = $row['votes'];
        }

        return $counted;
    }

    /** @return array<int, int> */
    private function awaitTicks(int $pid, int $number): array
    {
        $begun = $this->counted()[$pid] ?? 0;

        return Processes::await(function () use ($pid, $number, $begun): ?array {
            $counted = $this->counted();

            return ($counted[$pid] ?? 0) >= $begun + $number ? $counted : null;
        }, "{$pid} ticks");
    }
}
