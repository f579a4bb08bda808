<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * The process that ticks, as its handler sees it: whether there is one, and when there is to be another. One that does
 * not live long is replaced after pauses that grow.
 */
final class TickProcess
{
    /** Seconds after which its end is no sign of trouble. */
    private const LONG = 10.0;

    private const FIRST_PAUSE = 1.0;

    private const LONGEST_PAUSE = 60.0;

    private ?int $pid = null;

    private float $started = 0.0;

    private float $next = 0.0;

    private float $pause = 0.0;

    public function wanted(float $now): bool
    {
        return $this->pid === null && $now >= $this->next;
    }

    public function is(int $pid): bool
    {
        return $this->pid === $pid;
    }

    public function pid(): ?int
    {
        return $this->pid;
    }

    public function begun(int $pid, float $now): void
    {
        $this->pid = $pid;
        $this->started = $now;
    }

    /** It has ended, or none could be made. */
    public function ended(float $now): void
    {
        $this->pause = $this->pid !== null && $now - $this->started >= self::LONG ? 0.0 : min(self::LONGEST_PAUSE, max(self::FIRST_PAUSE, 2 * $this->pause));
        $this->next = $now + $this->pause;
        $this->pid = null;
    }
}
