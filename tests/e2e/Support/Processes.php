<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

/** What /proc says of processes, and waiting for what it should say. */
final class Processes
{
    public static function alive(int $pid): bool
    {
        $stat = self::stat($pid);

        return $stat !== null && ! in_array($stat['state'], ['Z', 'X'], true);
    }

    /** @return list<int> youngest last */
    public static function children(int $parent): array
    {
        $children = [];
        foreach (glob('/proc/[0-9]*', GLOB_NOSORT) ?: [] as $folder) {
            $pid = (int) basename($folder);
            $stat = self::stat($pid);
            if ($stat !== null && $stat['parent'] === $parent && ! in_array($stat['state'], ['Z', 'X'], true)) {
                $children[] = $pid;
            }
        }
        sort($children);

        return $children;
    }

    /** @return list<int> */
    public static function descendants(int $ancestor): array
    {
        $all = [];
        foreach (self::children($ancestor) as $child) {
            $all = [...$all, $child, ...self::descendants($child)];
        }

        return $all;
    }

    public static function sleepsInTheApplication(int $pid): bool
    {
        return str_contains((string) @file_get_contents("/proc/$pid/wchan"), 'nanosleep');
    }

    /** Peak resident memory, MiB. */
    public static function peakMemory(int $pid): float
    {
        preg_match('/^VmHWM:\s+(\d+) kB/m', (string) @file_get_contents("/proc/$pid/status"), $match);

        return (int) ($match[1] ?? 0) / 1024;
    }

    /** KiB that are no file's: heaps and stacks, and what a fork shares with its parent. */
    public static function anonymousMemory(int $pid): int
    {
        preg_match('/^Anonymous: +(\d+)/m', (string) @file_get_contents("/proc/$pid/smaps_rollup"), $match);

        return (int) ($match[1] ?? 0);
    }

    public static function openFiles(int $pid): int
    {
        return count(@scandir("/proc/$pid/fd") ?: []);
    }

    /**
     * Asks every 10 ms until the answer is neither null nor false.
     *
     * @template T
     *
     * @param  callable(): (T|null|false)  $condition
     * @return T
     */
    public static function await(callable $condition, string $what, float $seconds = 15): mixed
    {
        $end = microtime(true) + $seconds;
        do {
            $answer = $condition();
            if ($answer !== null && $answer !== false) {
                return $answer;
            }
            usleep(10000);
        } while (microtime(true) < $end);

        throw new \RuntimeException("Waited $seconds s in vain: $what");
    }

    /** @return array{state: string, parent: int}|null */
    private static function stat(int $pid): ?array
    {
        $line = @file_get_contents("/proc/$pid/stat");
        // The second field is a name in brackets, which may hold anything.
        if ($line === false || ! preg_match('/\) (\w) (\d+) /', substr($line, (int) strrpos($line, ')')), $match)) {
            return null;
        }

        return ['state' => $match[1], 'parent' => (int) $match[2]];
    }
}
