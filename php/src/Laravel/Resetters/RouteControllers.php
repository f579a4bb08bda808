<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Routing\Route;
use Illuminate\Routing\Router;
use LaravelBridge\Laravel\Resetter;

/**
 * A route keeps the controller it made, with everything that was injected into it for one request.
 */
final class RouteControllers implements Resetter
{
    private readonly Router $router;

    public function __construct(Application $app)
    {
        $this->router = $app->make('router');
    }

    public function reset(): void
    {
        $route = $this->router->current();
        if ($route instanceof Route) {
            $route->flushController();
        }
    }
}
