<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\ServerTestCase;

/** WORKER_ISOLATION=request: one fork for one request, the isolation of PHP-FPM. */
final class IsolationTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['WORKER_ISOLATION' => 'request', 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '2'];
    }

    public function test_even_a_static_property_is_forgotten(): void
    {
        $pids = [];
        for ($number = 0; $number < 10; $number++) {
            $found = $this->get('/bleed/static?set=x')->json();
            self::assertNull($found['before']);
            $pids[] = $found['pid'];
        }

        self::assertCount(10, array_unique($pids));
    }
}
