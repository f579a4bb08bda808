<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** The server's resident memory and open files, twice a second. */
final class Samples
{
    private const SLACK_KIB = 4096;

    /** @var list<int> KiB */
    private array $memory = [];

    private float $next = 0;

    public function __construct(private readonly int $pid)
    {
    }

    public function take(): void
    {
        $now = microtime(true);
        if ($now >= $this->next) {
            $this->next = $now + 0.5;
            preg_match('/^VmRSS:\s+(\d+) kB/m', (string) @file_get_contents("/proc/$this->pid/status"), $match);
            $this->memory[] = (int) ($match[1] ?? 0);
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
        $size = max(1, intdiv(count($this->memory), 4));
        $part = array_slice($this->memory, $index * $size, $size);
        sort($part);

        return $part[intdiv(count($part), 2)] ?? 0;
    }
}
