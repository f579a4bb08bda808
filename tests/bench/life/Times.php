<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

/** How long one thing took, each time, in seconds. */
final class Times
{
    /** @param  non-empty-list<float>  $all */
    public function __construct(private array $all)
    {
        sort($this->all);
    }

    public function median(): float
    {
        return $this->percentile(50);
    }

    public function percentile(int $percent): float
    {
        return $this->all[min(count($this->all) - 1, intdiv(count($this->all) * $percent, 100))];
    }
}
