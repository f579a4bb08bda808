<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use Closure;
use Illuminate\Container\Container;

/**
 * What the container knew before the first request, and no longer knows, or knows otherwise. What requests add to it is
 * their own, and goes with them.
 */
final class Bindings implements Watch
{
    private const ADVICE = 'The container is shared by all requests of a worker: bind in a service provider, and choose between implementations in the '
        .'binding\'s closure.';

    /** @var Closure(): array<string, array<array-key, mixed>> */
    private readonly Closure $read;

    /** @var array<string, array<array-key, mixed>> */
    private readonly array $before;

    public function __construct(Container $app)
    {
        /** @var Closure(Container): array<string, array<array-key, mixed>> $read */
        $read = Closure::bind(static fn (Container $app): array => [
            'binding' => $app->bindings,
            'instance' => $app->instances,
            'alias' => $app->aliases,
            'extenders of' => $app->extenders,
            'method binding' => $app->methodBindings,
        ], null, Container::class);
        $this->read = static fn (): array => $read($app);
        $this->before = ($this->read)();
    }

    public function changes(): iterable
    {
        $now = ($this->read)();
        foreach ($this->before as $sort => $before) {
            if ($now[$sort] === $before) {
                continue;
            }
            foreach ($before as $name => $was) {
                $is = $now[$sort][$name] ?? Nothing::There;
                // The request is another one each time.
                if ($is !== $was && $name !== 'request') {
                    yield new Change("{$sort} {$name}", null, $was, $is, self::ADVICE);
                }
            }
        }
    }
}
