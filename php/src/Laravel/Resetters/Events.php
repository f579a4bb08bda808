<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Events\Dispatcher;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * Listeners. Which wildcards a name matches is remembered for every request, together with their listeners: forgotten where a
 * request has added any.
 */
final class Events implements Resetter
{
    private readonly ?ObjectState $state;

    private readonly ?ObjectState $wildcards;

    /** @var (Closure(): void)|null */
    private readonly ?Closure $forget;

    public function __construct(Application $app)
    {
        $events = $app->resolved('events') ? $app->make('events') : null;
        $this->state = is_object($events) ? ObjectState::of($events, ['wildcards', 'wildcardsCache']) : null;
        $this->wildcards = is_object($events) ? ObjectState::only($events, ['wildcards']) : null;
        /** @var (Closure(): void)|null $forget */
        $forget = $events instanceof Dispatcher ? Closure::bind(static function () use ($events): void {
            $events->wildcardsCache = [];
        }, null, Dispatcher::class) : null;
        $this->forget = $forget;
    }

    public function reset(): void
    {
        $this->state?->restore();
        if ($this->wildcards?->restore() === true && $this->forget !== null) {
            ($this->forget)();
        }
    }
}
