<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;

/**
 * Once a second, in one process of the server that does nothing else; only while somebody listens.
 */
final class TickReceived
{
    public function __construct(public readonly Application $app)
    {
    }
}
