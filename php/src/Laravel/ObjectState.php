<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Closure;
use ReflectionClass;

/**
 * The properties of one object, whatever their visibility, as they were at a moment; restore() brings them back.
 *
 * Arrays are shared copy-on-write, so keeping a state costs no copies, and an unchanged property one comparison.
 * What the properties point to is not followed: an object behind one needs a state of its own.
 */
final class ObjectState
{
    /**
     * @param  list<array{Closure(object, array<string, mixed>): void, array<string, mixed>}>  $parts  one for each class
     *                                                                                               that declares properties
     */
    private function __construct(private readonly object $object, private readonly array $parts)
    {
    }

    /**
     * @param  list<string>  $except  properties to leave alone: caches that stay true, connections that should stay open
     */
    public static function of(object $object, array $except = []): self
    {
        $parts = [];
        $seen = array_flip($except);
        for ($class = new ReflectionClass($object); $class !== false; $class = $class->getParentClass()) {
            $values = [];
            foreach ($class->getProperties() as $property) {
                $name = $property->getName();
                if ($property->isStatic() || $property->isReadOnly() || isset($seen[$name])) {
                    continue;
                }
                if ($property->isPrivate() && $property->getDeclaringClass()->getName() !== $class->getName()) {
                    continue;
                }
                $seen[$name] = true;
                if ($property->isInitialized($object)) {
                    $values[$name] = $property->getValue($object);
                }
            }
            if ($values !== []) {
                $parts[] = [self::writer($class->getName()), $values];
            }
        }

        return new self($object, $parts);
    }

    public function restore(): void
    {
        foreach ($this->parts as [$write, $values]) {
            $write($this->object, $values);
        }
    }

    /**
     * @param  class-string  $class
     * @return Closure(object, array<string, mixed>): void
     */
    private static function writer(string $class): Closure
    {
        $write = static function (object $object, array $values): void {
            foreach ($values as $name => $value) {
                // Not written when equal: two names for one array would make the next request copy it.
                if ($value !== $object->$name) {
                    $object->$name = $value;
                }
            }
        };

        return Closure::bind($write, null, $class) ?? $write;
    }
}
