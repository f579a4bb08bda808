<?php

declare(strict_types=1);

namespace LaravelBridge\Leak;

use LaravelBridge\E2e\Support\Processes;

/** What each process holds, looked at from time to time. */
final class Watch
{
    public const SAMPLES = 60;

    /** @var array<string, list<array{int, int, int, int}>> requests done, KiB, descriptors, bytes in PHP; by name */
    private array $samples = [];

    /** @param  array<string, int>  $processes */
    public function __construct(private readonly array $processes)
    {
    }

    /** @param  array<int, int>  $php  bytes in PHP, by process */
    public function sample(int $done, array $php): void
    {
        foreach ($this->processes as $name => $pid) {
            $this->samples[$name][] = [$done, Processes::anonymousMemory($pid), Processes::openFiles($pid), $php[$pid] ?? 0];
        }
    }

    /** @return list<string> */
    public function names(): array
    {
        return array_keys($this->processes);
    }

    /** @return array{float, float} medians of the second and of the last quarter: 1 for KiB, 2 for descriptors, 3 for bytes in PHP */
    public function quarters(string $name, int $column): array
    {
        $values = array_column($this->samples[$name], $column);
        $quarter = intdiv(count($values), 4);

        return [self::median(array_slice($values, $quarter, $quarter)), self::median(array_slice($values, -$quarter))];
    }

    /** Bytes that each request adds, by the slope of the second half (Theil and Sen: the median of the slopes of all pairs). */
    public function slope(string $name): float
    {
        $half = array_slice($this->samples[$name], intdiv(count($this->samples[$name]), 2));
        $slopes = [];
        foreach ($half as $i => [$done, $kib]) {
            foreach (array_slice($half, $i + 1) as [$later, $more]) {
                $slopes[] = ($more - $kib) * 1024 / ($later - $done);
            }
        }

        return self::median($slopes);
    }

    /** @param  list<int|float>  $values */
    private static function median(array $values): float
    {
        sort($values);
        $middle = intdiv(count($values), 2);

        return count($values) % 2 === 1 ? $values[$middle] : ($values[$middle - 1] + $values[$middle]) / 2;
    }
}
