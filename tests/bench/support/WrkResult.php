<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

final class WrkResult
{
    /**
     * @param  float  $p50  milliseconds
     * @param  float  $p99  milliseconds
     * @param  int  $errors  answers other than 2xx and 3xx, broken connections, timeouts
     */
    public function __construct(
        public readonly int $requests,
        public readonly float $seconds,
        public readonly float $p50,
        public readonly float $p99,
        public readonly int $errors,
    ) {
    }

    /** Requests per second. */
    public function rate(): float
    {
        return $this->requests / $this->seconds;
    }
}
