<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * When a worker has served long enough. The limit on requests differs from worker to worker by up to a fifth, so that
 * workers forked together are not replaced together.
 */
final class Retirement
{
    private readonly int $maxRequests;

    /**
     * @param  int  $maxRequests  0: no limit
     * @param  int  $memoryLimit  bytes; 0: no limit
     */
    public function __construct(int $maxRequests, private readonly int $memoryLimit, float $jitter = 0.2)
    {
        $spread = (int) ($maxRequests * $jitter);
        $this->maxRequests = $spread > 0 ? $maxRequests + random_int(-$spread, $spread) : $maxRequests;
    }

    public function why(int $requests, int $memory): ?string
    {
        if ($this->maxRequests > 0 && $requests >= $this->maxRequests) {
            return "{$requests} requests";
        }
        if ($this->memoryLimit > 0 && $memory >= $this->memoryLimit) {
            return sprintf('%.1f MiB of memory', $memory / 1_048_576);
        }

        return null;
    }
}
