<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Routing\Route;
use Illuminate\Routing\Router;
use LaravelBridge\Laravel\Resetter;
use ReflectionClass;

/**
 * A route keeps the controller it made, with everything that was injected into it, and the models it was called with.
 */
final class RouteControllers implements Resetter
{
    private readonly Router $router;

    /** @var Closure(Route): void */
    private readonly Closure $forget;

    public function __construct(Application $app)
    {
        $this->router = $app->make('router');
        $hasState = self::hasState(...);
        /** @var Closure(Route): void $forget */
        $forget = Closure::bind(static function (Route $route) use ($hasState): void {
            if ($route->controller !== null && $hasState($route->controller::class)) {
                // Middleware that the controller names itself may depend on the request; the route's own does not,
                // and working it out again costs as much as making the controller.
                if (method_exists($route->controller, 'getMiddleware') || method_exists($route->controller, 'middleware')) {
                    $route->computedMiddleware = null;
                }
                $route->controller = null;
            }
            $route->parameters = null; // as before the first match
            $route->originalParameters = [];
        }, null, Route::class);
        $this->forget = $forget;
    }

    public function reset(): void
    {
        $route = $this->router->current();
        if ($route instanceof Route) {
            ($this->forget)($route);
        }
    }

    /**
     * A controller without constructor and without properties can hold nothing of a request, and need not be made again.
     *
     * @param  class-string  $class
     */
    private static function hasState(string $class): bool
    {
        static $known = [];

        return $known[$class] ??= self::mayHoldSomething(new ReflectionClass($class));
    }

    /**
     * @param  ReflectionClass<object>  $class
     */
    private static function mayHoldSomething(ReflectionClass $class): bool
    {
        if ($class->getConstructor() !== null) {
            return true;
        }
        foreach ($class->getProperties() as $property) {
            if (! $property->isStatic()) {
                return true;
            }
        }
        for ($parent = $class->getParentClass(); $parent !== false; $parent = $parent->getParentClass()) {
            if (self::mayHoldSomething($parent)) {
                return true;
            }
        }

        return false;
    }
}
