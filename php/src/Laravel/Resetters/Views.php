<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\View\Engines\CompilerEngine;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\Factory;
use Illuminate\View\FileViewFinder;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * Shared data, sections and stacks of views; the folders in which they are looked for; what the Blade engine believes about compiled files, so that an edited
 * view is seen at once, and which of them it was in when one threw an exception.
 */
final class Views implements Resetter
{
    private readonly ?ObjectState $factory;

    private readonly ?ObjectState $places;

    private readonly ?ObjectState $blade;

    public function __construct(Application $app)
    {
        $factory = $app->resolved('view') ? $app->make('view') : null;
        // Which engine a path needs, and how a name is spelt, hold for every request.
        $this->factory = $factory instanceof Factory ? ObjectState::of($factory, ['pathEngineCache', 'normalizedNameCache']) : null;
        $finder = $factory instanceof Factory ? $factory->getFinder() : null;
        // With what was found: a request may look in other places, those of its tenant's theme, before it looks for a view again.
        $this->places = $finder instanceof FileViewFinder ? ObjectState::of($finder) : null;
        $this->blade = $factory instanceof Factory ? $this->bladeOf($factory->getEngineResolver()) : null;
    }

    public function reset(): void
    {
        $this->factory?->restore();
        $this->places?->restore();
        $this->blade?->restore();
    }

    private function bladeOf(EngineResolver $engines): ?ObjectState
    {
        $engine = $engines->resolve('blade');
        if (! $engine instanceof CompilerEngine) {
            return null;
        }
        $engine->forgetCompiledOrNotExpired();

        return ObjectState::of($engine);
    }
}
