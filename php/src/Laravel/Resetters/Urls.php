<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Routing\UrlGenerator;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * Forced scheme and root, and URL::defaults(), which live one object deeper.
 */
final class Urls implements Resetter
{
    private readonly ?ObjectState $generator;

    private readonly ?ObjectState $routes;

    public function __construct(Application $app)
    {
        $generator = $app->resolved('url') ? $app->make('url') : null;
        if (! $generator instanceof UrlGenerator) {
            $this->generator = $this->routes = null;

            return;
        }
        $this->generator = ObjectState::of($generator);
        /** @var Closure(UrlGenerator): ?object $routes */
        $routes = Closure::bind(static fn (UrlGenerator $generator): ?object => $generator->routeGenerator, null, UrlGenerator::class);
        $inner = $routes($generator);
        $this->routes = $inner === null ? null : ObjectState::of($inner);
    }

    public function reset(): void
    {
        $this->generator?->restore();
        $this->routes?->restore();
    }
}
