<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Support\Once;
use LaravelBridge\Laravel\Resetter;

/**
 * What once() remembers (Laravel 11 and later).
 */
final class MemoizedCalls implements Resetter
{
    public function reset(): void
    {
        if (class_exists(Once::class, false)) {
            Once::flush();
        }
    }
}
