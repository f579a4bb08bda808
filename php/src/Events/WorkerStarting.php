<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;

/**
 * The application is booted and warm; workers are about to be forked from it. What a listener does is there for every
 * request, and in every worker. Once for each start or reload of the server.
 */
final class WorkerStarting
{
    public function __construct(public readonly Application $app)
    {
    }
}
