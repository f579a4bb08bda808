<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use LaravelBridge\E2e\Support\Processes;

/** What some processes and all their descendants use. */
final class ProcessTree
{
    /** @param  list<int>  $roots */
    public function __construct(private readonly array $roots)
    {
    }

    /** Seconds of processor time so far, with that of children which have ended. */
    public function cpu(): float
    {
        $ticks = 0;
        foreach ($this->pids() as $pid) {
            $stat = (string) @file_get_contents("/proc/$pid/stat");
            $ticks += array_sum(array_slice(explode(' ', substr($stat, (int) strrpos($stat, ')') + 2)), 11, 4));
        }

        return $ticks / 100;
    }

    /** MiB, proportional set size. */
    public function memory(): float
    {
        $kib = 0;
        foreach ($this->pids() as $pid) {
            preg_match('/^Pss:\s+(\d+)/m', (string) @file_get_contents("/proc/$pid/smaps_rollup"), $match);
            $kib += (int) ($match[1] ?? 0);
        }

        return $kib / 1024;
    }

    /** @return list<int> */
    private function pids(): array
    {
        return array_merge(...array_map(static fn (int $pid): array => [$pid, ...Processes::descendants($pid)], $this->roots));
    }
}
