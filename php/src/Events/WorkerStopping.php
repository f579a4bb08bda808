<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;

/**
 * A worker ends, in its own process: after its last request, or because the server stops.
 */
final class WorkerStopping
{
    public function __construct(public readonly Application $app)
    {
    }
}
