<?php

declare(strict_types=1);

namespace LaravelBridge\Octane;

use Laravel\Octane\Octane;
use Swoole;

/**
 * What the facade Octane speaks to in this server.
 */
final class BridgeOctane extends Octane
{
    public function table(string $table): Swoole\Table
    {
        return app(Tables::class)->get($table);
    }
}
