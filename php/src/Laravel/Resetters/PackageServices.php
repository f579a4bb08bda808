<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use ArrayObject;
use Closure;
use Illuminate\Container\Container;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Support\Collection;
use LaravelBridge\Laravel\InternalState;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;
use ReflectionClass;
use SplDoublyLinkedList;
use SplObjectStorage;
use stdClass;
use UnitEnum;
use WeakMap;

/**
 * Services of packages, and of the application itself, that a provider resolved at boot: under FPM each request has new
 * ones, so what a request writes into them, and into the objects they are made of, is taken back. What the framework's
 * own services need is known one by one, and is the other resetters' work.
 *
 * Services named in the configuration (bridge.keep) are left as the request left them.
 */
final class PackageServices implements Resetter
{
    /** Known, or without a memory of requests. */
    private const OTHERS = ['Illuminate\\', 'Symfony\\', 'Monolog\\', 'Psr\\', 'Composer\\', 'Carbon\\', 'Dotenv\\'];

    /** An object graph may lead anywhere; nobody's request state lies deeper. */
    private const DEPTH = 8;

    private const MOST = 2000;

    /** @var array<int, ObjectState|InternalState> by the number of the object */
    private array $states = [];

    /**
     * @param  list<object>  $others  that the container does not know, and that live on as well
     */
    public function __construct(Application $app, array $others = [])
    {
        if (! $app instanceof Container) {
            return;
        }
        /** @var Closure(Container): array<string, mixed> $instances */
        $instances = Closure::bind(static fn (Container $app): array => $app->instances, null, Container::class);
        /** @var list<string> $kept */
        $kept = (array) $app->make('config')->get('bridge.keep', []);
        foreach ($instances($app) as $name => $instance) {
            if (is_object($instance) && ! in_array($name, $kept, true) && ! in_array($instance::class, $kept, true)) {
                $this->remember($instance, $app, self::DEPTH);
            }
        }
        foreach ($others as $other) {
            $this->remember($other, $app, self::DEPTH);
        }
    }

    public function reset(): void
    {
        foreach ($this->states as $state) {
            $state->restore();
        }
    }

    private function remember(object $object, Container $app, int $depth): void
    {
        if ($depth === 0 || $object === $app || isset($this->states[spl_object_id($object) * 2]) || isset($this->states[spl_object_id($object) * 2 + 1]) || count($this->states) >= self::MOST
            || ! $this->isTheirs($object)) {
            return;
        }
        $objects = [];
        $states = [InternalState::of($object), $this->isPlain($object) ? null : ObjectState::of($object)];
        foreach (array_filter($states) as $kind => $state) {
            $this->states[spl_object_id($object) * 2 + $kind] = $state;
            array_push($objects, ...$state->objects());
        }
        foreach ($objects as $inner) {
            $this->remember($inner, $app, $depth - 1);
        }
    }

    /** Of PHP's own: it has no properties, or none that count. */
    private function isPlain(object $object): bool
    {
        return (new ReflectionClass($object))->isInternal();
    }

    private function isTheirs(object $object): bool
    {
        if ($object instanceof Collection) {
            return true;
        }
        if ($object instanceof Closure || $object instanceof UnitEnum) {
            return false;
        }
        if ($this->isPlain($object)) {
            return $object instanceof ArrayObject || $object instanceof SplObjectStorage || $object instanceof SplDoublyLinkedList
                || $object instanceof WeakMap || $object::class === stdClass::class;
        }
        foreach (self::OTHERS as $namespace) {
            if (str_starts_with($object::class, $namespace)) {
                return false;
            }
        }

        return true;
    }
}
