<?php

declare(strict_types=1);

namespace LaravelBridge\Concurrency;

use Closure;
use LaravelBridge\Exceptions\TaskFailed;
use LaravelBridge\Worker\Native;

/**
 * Runs closures side by side, each in a fork of this process: nothing is serialised on the way there, and everything that
 * this process has in memory is there. Results come back over a socket, serialised.
 *
 * The parent waits until all have ended; nothing of them survives run(), and none survives the parent where FFI lets the
 * kernel be told so.
 */
final class Forks
{
    /**
     * @param  Native  $native  that of this process, which may have replaced functions of the engine
     * @param  (Closure(): void)|null  $entered  called in each fork before its task: what must not be shared is let go here
     * @param  (Closure(bool): void)|null  $leaving  called in each fork after its task, with whether that succeeded
     * @param  int  $most  how many run at once
     */
    public function __construct(
        private readonly Native $native,
        private readonly ?Closure $entered = null,
        private readonly ?Closure $leaving = null,
        private readonly int $most = 8,
    ) {
    }

    /** Whether this process can and may fork: under a web server it serves connections that are not ours to copy. */
    public static function possible(): bool
    {
        return PHP_SAPI === 'cli' && function_exists('pcntl_fork') && function_exists('posix_kill');
    }

    /**
     * @template K of array-key
     *
     * @param  array<K, callable(): mixed>  $tasks
     * @param  float  $timeout  seconds that each task may take, from its start; 0 is no limit
     * @return array<K, Outcome> in the order of the tasks
     *
     * @throws TaskFailed where the system lets no process be made
     */
    public function run(array $tasks, float $timeout = 0.0): array
    {
        $outcomes = array_map(static fn () => null, $tasks);
        $waiting = array_keys($tasks);
        /** @var array<K, Fork> $running */
        $running = [];
        try {
            while ($waiting !== [] || $running !== []) {
                while ($waiting !== [] && count($running) < max(1, $this->most)) {
                    $fork = $this->fork($tasks[$waiting[0]], $waiting[0], $running);
                    if ($fork === null && $running === []) {
                        throw TaskFailed::cannotFork(pcntl_strerror(pcntl_get_last_error()));
                    }
                    if ($fork === null) {
                        // Processes are scarce: those that run will make room.
                        break;
                    }
                    $running[array_shift($waiting)] = $fork;
                }
                self::read($running, $timeout);
                foreach ($running as $key => $fork) {
                    if ($fork->over()) {
                        $outcomes[$key] = $fork->outcome();
                        unset($running[$key]);
                    } elseif ($timeout > 0 && $fork->age() >= $timeout) {
                        $fork->kill();
                        $outcomes[$key] = Outcome::thrown(TaskFailed::timeout($key, $timeout));
                        unset($running[$key]);
                    }
                }
            }
        } finally {
            foreach ($running as $fork) {
                $fork->kill();
            }
        }

        /** @var array<K, Outcome> */
        return $outcomes;
    }

    /**
     * Waits until one of them has something to say, or its time is over.
     *
     * @param  array<array-key, Fork>  $running
     */
    private static function read(array $running, float $timeout): void
    {
        $streams = [];
        $patience = 60.0;
        foreach ($running as $key => $fork) {
            $streams[$key] = $fork->stream;
            $patience = $timeout > 0 ? max(0.0, min($patience, $timeout - $fork->age())) : $patience;
        }
        $none = null;
        // A signal ends the wait; then there is nothing to read yet.
        if (@stream_select($streams, $none, $none, (int) $patience, (int) (fmod($patience, 1) * 1e6) + 1000)) {
            foreach (array_keys($streams) as $key) {
                $running[$key]->read();
            }
        }
    }

    /**
     * @param  callable(): mixed  $task
     * @param  array<array-key, Fork>  $others
     */
    private function fork(callable $task, int|string $key, array $others): ?Fork
    {
        $pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if ($pair === false) {
            return null;
        }
        [$ours, $theirs] = $pair;
        $parent = (int) getmypid();
        $pid = pcntl_fork();
        if ($pid === 0) {
            foreach ($others as $other) {
                fclose($other->stream);
            }
            fclose($ours);
            (new Child($this->native, $theirs, $key))->run($task, $parent, $this->entered, $this->leaving);
        }
        fclose($theirs);
        if ($pid === -1) {
            fclose($ours);

            return null;
        }

        return new Fork($pid, $ours, $key);
    }
}
