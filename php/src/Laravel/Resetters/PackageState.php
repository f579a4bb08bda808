<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use LaravelBridge\Laravel\Resetter;

/**
 * A service of a package that knows how to forget what a request told it.
 */
final class PackageState implements Resetter
{
    /**
     * @param  string  $service  the name in the container; nothing happens while it is not resolved
     * @param  list<string>  $methods  called in this order, where they exist
     */
    public function __construct(
        private readonly Application $app,
        private readonly string $service,
        private readonly array $methods,
    ) {
    }

    public function reset(): void
    {
        if (! $this->app->resolved($this->service)) {
            return;
        }
        $instance = $this->app->make($this->service);
        foreach ($this->methods as $method) {
            if (is_object($instance) && method_exists($instance, $method)) {
                $instance->$method();
            }
        }
    }
}
