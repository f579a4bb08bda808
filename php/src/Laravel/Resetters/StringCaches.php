<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Support\Str;
use LaravelBridge\Laravel\Resetter;

/**
 * Str remembers every word it has converted. Useful while the words are the application's; emptied when they may come
 * from requests, that is, when they have become many.
 */
final class StringCaches implements Resetter
{
    private const MANY = 2000;

    /** @var Closure(): int */
    private readonly Closure $count;

    public function __construct()
    {
        /** @var Closure(): int $count */
        $count = Closure::bind(
            static fn (): int => count(Str::$snakeCache) + count(Str::$camelCache) + count(Str::$studlyCache),
            null,
            Str::class,
        );
        $this->count = $count;
    }

    public function reset(): void
    {
        if (($this->count)() > self::MANY) {
            Str::flushCache();
        }
    }
}
