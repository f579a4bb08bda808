<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * The plain case: a service that was resolved before the fork gets all its properties back. One that a request resolves
 * for the first time is gone with the container's own reset.
 */
final class ServiceState implements Resetter
{
    private readonly ?ObjectState $state;

    /**
     * @param  list<string>  $except  properties that may stay as the request left them
     */
    public function __construct(Application $app, public readonly string $service, array $except = [])
    {
        $instance = $app->resolved($service) ? $app->make($service) : null;
        $this->state = is_object($instance) ? ObjectState::of($instance, $except) : null;
    }

    public function reset(): void
    {
        $this->state?->restore();
    }
}
