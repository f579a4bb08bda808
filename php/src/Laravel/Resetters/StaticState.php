<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use LaravelBridge\Laravel\Resetter;
use ReflectionClass;
use ReflectionProperty;

/**
 * Static properties of one class.
 */
final class StaticState implements Resetter
{
    /** @var Closure(array<string, mixed>): void */
    private readonly Closure $write;

    /** @var array<string, mixed> */
    private readonly array $values;

    /**
     * @param  class-string  $class
     * @param  list<string>  $properties
     */
    public function __construct(public readonly string $class, array $properties)
    {
        $all = (new ReflectionClass($class))->getStaticProperties();
        $this->values = array_intersect_key($all, array_flip($properties));
        $write = static function (array $values) use ($class): void {
            foreach ($values as $name => $value) {
                $class::$$name = $value;
            }
        };
        $this->write = Closure::bind($write, null, $class) ?? $write;
    }

    /**
     * All that this class declares itself.
     *
     * @param  class-string  $class
     */
    public static function all(string $class): self
    {
        $names = [];
        foreach ((new ReflectionClass($class))->getProperties(ReflectionProperty::IS_STATIC) as $property) {
            if ($property->getDeclaringClass()->getName() === $class) {
                $names[] = $property->getName();
            }
        }

        return new self($class, $names);
    }

    public function reset(): void
    {
        ($this->write)($this->values);
    }
}
