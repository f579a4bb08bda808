<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * Files and sockets that stay open. Connections and log files may; what counts is that there are ever more of one sort.
 */
final class Descriptors
{
    /** So many more, one after the other, are no pool of connections that fills. */
    private const STEPS = 3;

    public const ADVICE = 'Close what was opened (fclose, curl_close, or let go of the object that holds it); each worker may have only so many open.';

    /** @var array<string, array{int, int}> by sort: the most so far, and how often that grew */
    private array $most = [];

    /**
     * @return array<string, int> sorts of which there are ever more: how many
     */
    public function growing(): array
    {
        $now = [];
        foreach (@scandir('/proc/self/fd') ?: [] as $number) {
            if (ctype_digit($number)) {
                $target = (string) @readlink("/proc/self/fd/{$number}");
                // "socket:[4711]", "pipe:[4712]", "anon_inode:[eventpoll]": the sort; else the file.
                $sort = preg_match('/^(\w+):/', $target, $match) === 1 ? $match[1] : $target;
                $now[$sort] = ($now[$sort] ?? 0) + 1;
            }
        }
        $growing = [];
        foreach ($now as $sort => $count) {
            [$most, $steps] = $this->most[$sort] ?? [$count, 0];
            if ($count > $most) {
                $steps++;
                if ($steps >= self::STEPS) {
                    $growing[$sort] = $count;
                }
            }
            $this->most[$sort] = [max($most, $count), $steps];
        }

        return $growing;
    }
}
