<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
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

    /** Known to be right by its length and its last name, and long. */
    private const TRIMMED = 'resolved';

    private readonly ObjectState $state;

    /** @var (Closure(): void)|null */
    private readonly ?Closure $trim;

    public function __construct(Application $app)
    {
        // What lives for one request or job must not be born before the fork.
        if (method_exists($app, 'forgetScopedInstances')) {
            $app->forgetScopedInstances();
        }
        $this->state = ObjectState::of($app, $app instanceof Container ? [...self::CACHES, self::TRIMMED] : self::CACHES);
        $this->trim = $app instanceof Container ? self::trimmer($app) : null;
    }

    public function reset(): void
    {
        if ($this->trim !== null) {
            ($this->trim)();
        }
        $this->state->restore();
    }

    /**
     * Every request adds to two large arrays and replaces "request". Taking that out again leaves them equal to the state,
     * so that they are not replaced; a replaced array would be copied whole, with a reference counted for each service,
     * by the first write of the next request.
     *
     * @return Closure(): void
     */
    private static function trimmer(Container $app): Closure
    {
        $trim = Closure::bind(static function (Container $app, array $instances, array $resolved, int $count, string|int|null $last): void {
            // What was added stands at the end; where that is not so, the comparison that follows puts it right.
            for ($extra = count($app->instances) - count($instances); $extra > 0; $extra--) {
                unset($app->instances[array_key_last($app->instances)]);
            }
            for ($extra = count($app->resolved) - $count; $extra > 0; $extra--) {
                unset($app->resolved[array_key_last($app->resolved)]);
            }
            // Only true is ever written into it, at the end: with as many names and the same last one it is what it was.
            if (count($app->resolved) !== $count || array_key_last($app->resolved) !== $last) {
                $app->resolved = $resolved;
            }
            if (isset($instances['request'])) {
                $app->instances['request'] = $instances['request'];
            }
        }, null, Container::class);
        $state = Closure::bind(static fn (Container $app): array => [$app->instances, $app->resolved], null, Container::class);
        [$instances, $resolved] = $state($app);
        $count = count($resolved);
        $last = array_key_last($resolved);

        return static fn () => $trim($app, $instances, $resolved, $count, $last);
    }
}
