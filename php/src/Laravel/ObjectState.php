<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Closure;
use ReflectionClass;
use ReflectionProperty;

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
     * @param  list<array{ReflectionProperty, Closure(object, string): void}>  $empty  typed properties without a value
     * @param  list<mixed>  $fixed  values of properties that cannot be written again
     */
    private function __construct(
        private readonly object $object,
        private readonly array $parts,
        private readonly array $empty,
        private readonly array $fixed,
    ) {
    }

    /**
     * @param  list<string>  $except  properties to leave alone: caches that stay true, connections that should stay open
     */
    public static function of(object $object, array $except = []): self
    {
        $parts = $empty = $fixed = [];
        $seen = array_flip($except);
        for ($class = new ReflectionClass($object); $class !== false; $class = $class->getParentClass()) {
            $values = [];
            foreach ($class->getProperties() as $property) {
                $name = $property->getName();
                if ($property->isStatic() || isset($seen[$name])) {
                    continue;
                }
                if ($property->isPrivate() && $property->getDeclaringClass()->getName() !== $class->getName()) {
                    continue;
                }
                $seen[$name] = true;
                if ($property->isReadOnly()) {
                    $fixed[] = $property->isInitialized($object) ? $property->getValue($object) : null;
                } elseif ($property->isInitialized($object)) {
                    $values[$name] = $property->getValue($object);
                } elseif ($property->hasType()) {
                    $empty[] = [$property, self::eraser($class->getName())];
                }
            }
            if ($values !== []) {
                $parts[] = [self::writer($class->getName()), $values];
            }
        }

        return new self($object, $parts, $empty, $fixed);
    }

    public function restore(): void
    {
        foreach ($this->parts as [$write, $values]) {
            $write($this->object, $values);
        }
        foreach ($this->empty as [$property, $erase]) {
            if ($property->isInitialized($this->object)) {
                $erase($this->object, $property->getName());
            }
        }
    }

    /**
     * What the properties point to, in arrays too; also those that can be written only once.
     *
     * @return list<object>
     */
    public function objects(): array
    {
        $objects = [];
        foreach ([...array_column($this->parts, 1), $this->fixed] as $values) {
            array_walk_recursive($values, static function (mixed $value) use (&$objects): void {
                if (is_object($value)) {
                    $objects[] = $value;
                }
            });
        }

        return $objects;
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

    /**
     * @param  class-string  $class
     * @return Closure(object, string): void
     */
    private static function eraser(string $class): Closure
    {
        $erase = static function (object $object, string $name): void {
            unset($object->$name);
        };

        return Closure::bind($erase, null, $class) ?? $erase;
    }
}
