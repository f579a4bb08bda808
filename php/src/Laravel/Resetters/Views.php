<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\View\Engines\CompilerEngine;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\Factory;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * Shared data, sections and stacks of views; and what the Blade engine believes about compiled files, so that an edited
 * view is seen at once.
 */
final class Views implements Resetter
{
    private readonly ?ObjectState $factory;

    private readonly ?CompilerEngine $blade;

    public function __construct(Application $app)
    {
        $factory = $app->resolved('view') ? $app->make('view') : null;
        // Which engine a path needs, and how a name is spelt, hold for every request.
        $this->factory = $factory instanceof Factory ? ObjectState::of($factory, ['pathEngineCache', 'normalizedNameCache']) : null;
        $this->blade = $factory instanceof Factory ? $this->bladeOf($factory->getEngineResolver()) : null;
    }

    public function reset(): void
    {
        $this->factory?->restore();
        $this->blade?->forgetCompiledOrNotExpired();
    }

    private function bladeOf(EngineResolver $engines): ?CompilerEngine
    {
        $engine = $engines->resolve('blade');

        return $engine instanceof CompilerEngine ? $engine : null;
    }
}
