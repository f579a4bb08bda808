<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

/**
 * A controller that is given something with state.
 */
final class CountingController
{
    public function __construct(private readonly Counter $counter)
    {
    }

    public function show(): string
    {
        return (string) ++$this->counter->count;
    }
}
