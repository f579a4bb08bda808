<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** The server's resident memory, twice a second. Of several servers, one after the other, the one that lived longest is judged. */
final class Samples
{
    private const SLACK_KIB = 4096;

    /** @var array<int, list<int>> pid of a server => KiB */
    private array $memory = [];

    private float $next = 0;

    public function take(int $pid): void
    {
        $now = microtime(true);
        if ($now >= $this->next) {
            $this->next = $now + 0.5;
            if (preg_match('/^VmRSS:\s+(\d+) kB/m', (string) @file_get_contents("/proc/$pid/status"), $match) === 1) {
                $this->memory[$pid][] = (int) $match[1];
            }
        }
    }

    /** Whether the last quarter is like the second. */
    public function flat(): bool
    {
        return $this->quarter(3) <= 1.1 * $this->quarter(1) + self::SLACK_KIB;
    }

    public function summary(): string
    {
        return sprintf('%.1f MiB after the warm-up, %.1f MiB at the end', $this->quarter(1) / 1024, $this->quarter(3) / 1024);
    }

    /** The median. */
    private function quarter(int $index): int
    {
        $longest = array_reduce($this->memory, static fn (array $one, array $other): array => count($other) > count($one) ? $other : $one, []);
        $size = max(1, intdiv(count($longest), 4));
        $part = array_slice($longest, $index * $size, $size);
        sort($part);

        return $part[intdiv(count($part), 2)] ?? 0;
    }
}
