<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

/**
 * Something with state.
 */
final class Counter
{
    public int $count = 0;
}
