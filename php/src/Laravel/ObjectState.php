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
     * @param  list<array{Closure(object, list<mixed>): bool, list<mixed>}>  $parts  one for each class that declares
     *                                                                             properties
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
        return self::read($object, $except, null);
    }

    /**
     * @param  list<string>  $names  the properties that count; those that an object lacks are passed over
     */
    public static function only(object $object, array $names): self
    {
        return self::read($object, [], array_flip($names));
    }

    /**
     * @param  list<string>  $except
     * @param  array<string, int>|null  $only
     */
    private static function read(object $object, array $except, ?array $only): self
    {
        $parts = $empty = $fixed = [];
        $seen = array_flip($except);
        for ($class = new ReflectionClass($object); $class !== false; $class = $class->getParentClass()) {
            $values = [];
            foreach ($class->getProperties() as $property) {
                $name = $property->getName();
                if ($property->isStatic() || isset($seen[$name]) || ($only !== null && ! isset($only[$name]))) {
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
                $parts[] = [self::writer($class->getName(), array_keys($values)), array_values($values)];
            }
        }

        return new self($object, $parts, $empty, $fixed);
    }

    /**
     * The same state for another object of the class.
     */
    public function for(object $object): self
    {
        return new self($object, $this->parts, $this->empty, $this->fixed);
    }

    /**
     * @return bool whether anything had been changed
     */
    public function restore(): bool
    {
        $changed = false;
        foreach ($this->parts as [$write, $values]) {
            $changed = $write($this->object, $values) || $changed;
        }
        foreach ($this->empty as [$property, $erase]) {
            if ($property->isInitialized($this->object)) {
                $erase($this->object, $property->getName());
                $changed = true;
            }
        }

        return $changed;
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
     * Compares property by property and writes those that differ: two names for one array would make the next request copy
     * it. Some two hundred properties are looked at after each request, and written out they cost half of what a loop does.
     *
     * @param  class-string  $class
     * @param  list<string>  $names
     * @return Closure(object, list<mixed>): bool
     */
    private static function writer(string $class, array $names): Closure
    {
        $code = '';
        foreach ($names as $i => $name) {
            $property = '$object->{'.var_export($name, true).'}';
            $code .= "if ({$property} !== \$values[{$i}]) { {$property} = \$values[{$i}]; \$changed = true; } ";
        }
        /** @var array<string, Closure(object, list<mixed>): bool> $written the same for all objects of a class */
        static $written = [];

        return $written[$class."\0".$code] ??= Closure::bind(eval("return static function (object \$object, array \$values): bool { \$changed = false; {$code}return \$changed; };"), null, $class);
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
