<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Support\Defer\DeferredCallback;
use Illuminate\Support\Defer\DeferredCallbackCollection;

/**
 * What was put off until the work is done that is no request: defer() and terminating().
 */
final class PutOff
{
    public function __construct(private readonly Application $app)
    {
    }

    public function run(bool $succeeded): void
    {
        if ($this->app->resolved(DeferredCallbackCollection::class)) {
            $this->app->make(DeferredCallbackCollection::class)->invokeWhen(static fn (DeferredCallback $callback): bool => $succeeded || $callback->always);
        }
        $this->app->terminate();
    }
}
