<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;
use Throwable;

/**
 * Something was thrown that neither the application nor its exception handler has caught.
 */
final class WorkerErrorOccurred
{
    public function __construct(public readonly Throwable $exception, public readonly Application $app)
    {
    }
}
