<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;

/** Takes all free descriptors from a process that runs, by its limit (prlimit), and gives them back. What it has open stays open. */
final class Descriptors
{
    private function __construct(private readonly int $pid, private readonly string $soft)
    {
    }

    public static function take(int $pid): self
    {
        $limits = @file_get_contents("/proc/$pid/limits");
        if ($limits === false || preg_match('/^Max open files\s+(\d+)/m', $limits, $match) !== 1) {
            throw new RuntimeException("The limits of process $pid cannot be read");
        }
        // A new one would get the lowest free number, and that must be below the limit.
        for ($free = 0; is_link("/proc/$pid/fd/$free"); $free++) {
        }
        $taken = new self($pid, $match[1]);
        $taken->limit((string) $free);

        return $taken;
    }

    public function giveBack(): void
    {
        $this->limit($this->soft);
    }

    private function limit(string $soft): void
    {
        $process = proc_open(['prlimit', '--pid', (string) $this->pid, "--nofile=$soft:"], [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
        if ($process === false || proc_close($process) !== 0) {
            throw new RuntimeException("prlimit cannot change process $this->pid");
        }
    }
}
