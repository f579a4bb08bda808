<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use Closure;
use Generator;
use Illuminate\Container\Container;
use Illuminate\Routing\Route;
use Illuminate\Support\Collection;
use LaravelBridge\Laravel\Scope;
use ReflectionClass;
use UnitEnum;

/**
 * The objects that were there before the first request, found from the container's instances and the static properties
 * of the application's classes: their properties.
 */
final class Objects implements Watch
{
    private const ADVICE = 'This object is shared by all requests of a worker. Bind it with scoped() instead of singleton(), or do not resolve it '
        .'while the application boots; name it in bridge.flush to have it made anew, or in bridge.detect.ignore where it is a cache that is '
        .'true for everybody.';

    private const MOST = 20_000;

    private const DEPTH = 6;

    /** @var array<int, array{object, array<array-key, mixed>, Owner|null}> by number: the object, its properties as a cast
     *                                                                      shows them, and whose it is, if not its own */
    private array $objects = [];

    /**
     * @param  iterable<mixed>  $roots
     * @param  bool  $withFramework  or the application's and packages' only
     */
    public function __construct(private readonly Scope $scope, iterable $roots, private readonly bool $withFramework)
    {
        foreach ($roots as $root) {
            $this->remember($root, self::DEPTH);
        }
    }

    public function changes(): iterable
    {
        foreach ($this->objects as [$object, $before, $owner]) {
            $now = (array) $object;
            if ($now !== $before) {
                yield from $this->differences($object, $before, $now, $owner);
            }
        }
    }

    public function count(): int
    {
        return count($this->objects);
    }

    /**
     * @param  array<array-key, mixed>  $before
     * @param  array<array-key, mixed>  $now
     * @return iterable<Change>
     */
    private function differences(object $object, array $before, array $now, ?Owner $owner): iterable
    {
        foreach ($now + $before as $key => $_) {
            $was = array_key_exists($key, $before) ? $before[$key] : Nothing::There;
            $is = array_key_exists($key, $now) ? $now[$key] : Nothing::There;
            if ($was === $is) {
                continue;
            }
            $place = $owner === null ? self::place($object, $key) : $owner->place;
            if (! $this->scope->ignores($place)) {
                yield new Change($place, $owner === null ? $object::class : $owner->class, $was, $is, self::ADVICE);
            }
        }
    }

    /**
     * "\0Class\0name" is a private property, "\0*\0name" a protected one.
     */
    private static function place(object $object, int|string $property): string
    {
        $parts = explode("\0", (string) $property);
        $class = count($parts) === 3 && $parts[1] !== '*' ? $parts[1] : $object::class;

        return "{$class}::\$".end($parts);
    }

    private function remember(mixed $value, int $depth, ?Owner $owner = null): void
    {
        if (is_array($value)) {
            foreach ($value as $element) {
                if (is_object($element) || is_array($element)) {
                    $this->remember($element, $depth - (is_array($element) ? 1 : 0), $owner);
                }
            }

            return;
        }
        if (! is_object($value) || $depth < 0 || isset($this->objects[spl_object_id($value)]) || count($this->objects) >= self::MOST || ! $this->isWatched($value)) {
            return;
        }
        $properties = (array) $value;
        // A list has no name of its own worth telling.
        $this->objects[spl_object_id($value)] = [$value, $properties, $value instanceof Collection ? $owner : null];
        foreach ($properties as $key => $property) {
            if (is_object($property) || is_array($property)) {
                $this->remember($property, $depth - 1, new Owner(self::place($value, $key), $value::class));
            }
        }
    }

    private function isWatched(object $object): bool
    {
        // The container has a watch of its own; a route keeps what Laravel has worked out of it, and is emptied.
        if ($object instanceof Closure || $object instanceof UnitEnum || $object instanceof Generator || $object instanceof Container || $object instanceof Route) {
            return false;
        }
        if (! (new ReflectionClass($object))->isUserDefined() || ! $this->scope->covers($object::class)) {
            return false;
        }

        return $this->withFramework || $object instanceof Collection || ! $this->scope->isFramework($object::class);
    }
}
