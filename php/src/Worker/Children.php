<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Closure;

/**
 * The workers that the handler has forked and that have not ended yet.
 *
 * Only the handler's own process uses it; a fork forgets them.
 */
final class Children
{
    /** @var array<int, true> */
    private array $pids = [];

    /**
     * @param  Closure(int, int, int, float, float, int): void  $exited  pid, code, signal, user and system seconds, peak bytes
     */
    public function __construct(private readonly Closure $exited)
    {
    }

    public function add(int $pid): void
    {
        $this->pids[$pid] = true;
    }

    public function isEmpty(): bool
    {
        return $this->pids === [];
    }

    public function has(int $pid): bool
    {
        return isset($this->pids[$pid]);
    }

    public function forget(): void
    {
        $this->pids = [];
    }

    public function signalAll(int $signal): void
    {
        foreach ($this->pids as $pid => $_) {
            posix_kill($pid, $signal);
        }
    }

    /** Takes note of all that have ended by now. */
    public function reap(): void
    {
        while (($pid = pcntl_waitpid(-1, $status, WNOHANG, $usage)) > 0) {
            if (! isset($this->pids[$pid])) {
                continue;
            }
            unset($this->pids[$pid]);
            $signal = pcntl_wifsignaled($status) ? (int) pcntl_wtermsig($status) : 0;
            $code = pcntl_wifexited($status) ? (int) pcntl_wexitstatus($status) : 0;
            ($this->exited)(
                $pid,
                $code,
                $signal,
                ($usage['ru_utime.tv_sec'] ?? 0) + ($usage['ru_utime.tv_usec'] ?? 0) / 1e6,
                ($usage['ru_stime.tv_sec'] ?? 0) + ($usage['ru_stime.tv_usec'] ?? 0) / 1e6,
                ($usage['ru_maxrss'] ?? 0) * 1024,
            );
        }
    }
}
