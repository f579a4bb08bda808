<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Container\Container;
use Illuminate\Contracts\Foundation\Application;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * The container: bindings, instances, aliases, callbacks and terminating callbacks that a request added or replaced.
 * With the instances go scoped and temporary services, the user, and the request itself.
 *
 * There is one container, put back in place, and not a clone for each request: what providers and services captured
 * at boot ($this->app) is then always the container of the running request.
 */
final class ContainerState implements Resetter
{
    /** Facts about classes, not about requests; worth keeping. */
    private const CACHES = ['checkedForAttributeBindings', 'checkedForSingletonOrScopedAttributes'];

    private readonly ObjectState $state;

    public function __construct(private readonly Application $app)
    {
        // What lives for one request or job must not be born before the fork.
        if (method_exists($app, 'forgetScopedInstances')) {
            $app->forgetScopedInstances();
        }
        $this->state = ObjectState::of($app, self::CACHES);
    }

    public function reset(): void
    {
        $this->state->restore();
        if (Container::getInstance() !== $this->app && $this->app instanceof Container) {
            Container::setInstance($this->app);
        }
    }
}
