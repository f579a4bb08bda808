<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

final class Measurement
{
    /**
     * @param  int  $connections  0 for the bare loops
     * @param  float|null  $p50  milliseconds
     * @param  float|null  $p99  milliseconds
     * @param  float  $cpu  microseconds of processor time for one request, over the whole tree of processes
     * @param  float|null  $memory  MiB, proportional set size of the tree
     * @param  int  $errors  answers other than 2xx and 3xx, broken connections, timeouts
     */
    public function __construct(
        public readonly string $scenario,
        public readonly string $contestant,
        public readonly int $connections,
        public readonly float $rate,
        public readonly ?float $p50,
        public readonly ?float $p99,
        public readonly float $cpu,
        public readonly ?float $memory,
        public readonly int $errors,
    ) {
    }
}
