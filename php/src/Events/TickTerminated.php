<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;

/**
 * All that listen to a tick are through.
 */
final class TickTerminated
{
    public function __construct(public readonly Application $app)
    {
    }
}
