<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Events\Dispatcher;

/**
 * Event listeners that a request added. Those of models are not meant: a model registers them when it is first used.
 */
final class Listeners implements Watch
{
    private const ADVICE = 'A listener added while a request runs is added again by the next: add it in a service provider.';

    /** @var (Closure(): array<string, int>)|null */
    private readonly ?Closure $count;

    /** @var array<string, int> */
    private readonly array $before;

    public function __construct(Application $app)
    {
        $events = $app->make('events');
        $read = Closure::bind(
            static fn (Dispatcher $events): array => array_map(static fn (mixed $listeners): int => count((array) $listeners), $events->listeners + $events->wildcards),
            null,
            Dispatcher::class,
        );
        $this->count = $events instanceof Dispatcher ? static fn (): array => $read($events) : null;
        $this->before = $this->count === null ? [] : ($this->count)();
    }

    public function changes(): iterable
    {
        $now = $this->count === null ? [] : ($this->count)();
        if ($now === $this->before) {
            return;
        }
        foreach ($now as $event => $count) {
            $before = $this->before[$event] ?? 0;
            if ($count > $before && ! str_starts_with((string) $event, 'eloquent.')) {
                yield new Change("listeners of {$event}", null, $before, $count, self::ADVICE);
            }
        }
    }
}
