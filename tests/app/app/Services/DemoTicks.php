<?php

declare(strict_types=1);

namespace App\Services;

use Illuminate\Support\Facades\Cache;
use Laravel\Octane\Facades\Octane;
use RuntimeException;

/** What DEMO_TICKS does once a second: counts in the row of its process, and fails; and a value of the cache that is made anew. */
final class DemoTicks
{
    public static function register(): void
    {
        Octane::tick('count', static function (): void {
            $row = 'tick '.getmypid();
            Octane::table('example')->incr($row, 'votes');
            Octane::table('example')->set($row, ['share' => microtime(true)]);
        });
        Octane::tick('fail', static fn () => throw new RuntimeException('A tick has failed.'));
        Cache::store('octane')->interval('fresh', static fn (): int => (int) getmypid(), 1);
    }
}
