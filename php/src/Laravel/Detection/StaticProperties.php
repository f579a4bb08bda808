<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use LaravelBridge\Laravel\Scope;
use ReflectionClass;
use ReflectionProperty;

/**
 * Static properties of all classes that PHP code has declared. A class that a request loads is compared with what its
 * source says.
 */
final class StaticProperties implements Watch
{
    private const ADVICE = 'Static properties outlive a request; this server puts them back, others do not. Keep this in a scoped binding '
        .'($this->app->scoped()), in the request\'s attributes or in Context; where it is a cache that is true for everybody, name it in '
        .'bridge.detect.ignore, and it stays.';

    private int $classes = 0;

    /** @var list<array{ReflectionProperty, string, mixed}> property, owner, and its value */
    private array $properties = [];

    public function __construct(private readonly Scope $scope)
    {
        foreach ($this->newClasses() as $class) {
            foreach ($this->propertiesOf($class) as $property) {
                $this->properties[] = [$property, $class->getName(), self::read($property)];
            }
        }
    }

    /**
     * What the application's own classes hold: the way in to objects that no container knows.
     *
     * @return list<mixed>
     */
    public function ofApplication(): array
    {
        $values = [];
        foreach ($this->properties as [, $owner, $value]) {
            if ($this->scope->isOfApplication($owner)) {
                $values[] = $value;
            }
        }

        return $values;
    }

    public function changes(): iterable
    {
        foreach ($this->newClasses() as $class) {
            $defaults = null;
            foreach ($this->propertiesOf($class) as $property) {
                $defaults ??= $class->getDefaultProperties();
                $name = $property->getName();
                $this->properties[] = [$property, $class->getName(), array_key_exists($name, $defaults) ? $defaults[$name] : Nothing::There];
            }
        }
        foreach ($this->properties as [$property, $owner, $before]) {
            $now = self::read($property);
            if ($now !== $before) {
                yield new Change("{$owner}::\${$property->getName()}", $owner, $before, $now, self::ADVICE);
            }
        }
    }

    /**
     * @return iterable<ReflectionClass<object>>
     */
    private function newClasses(): iterable
    {
        $declared = get_declared_classes();
        for ($count = count($declared); $this->classes < $count; $this->classes++) {
            $class = new ReflectionClass($declared[$this->classes]);
            if ($class->isUserDefined() && $this->scope->covers($class->getName())) {
                yield $class;
            }
        }
    }

    /**
     * @param  ReflectionClass<object>  $class
     * @return list<ReflectionProperty>
     */
    private function propertiesOf(ReflectionClass $class): array
    {
        $properties = [];
        foreach ($class->getProperties(ReflectionProperty::IS_STATIC) as $property) {
            // An inherited one is one variable with its parent's.
            if ($property->getDeclaringClass()->getName() === $class->getName() && ! $this->scope->ignores("{$class->getName()}::\${$property->getName()}")) {
                $properties[] = $property;
            }
        }

        return $properties;
    }

    private static function read(ReflectionProperty $property): mixed
    {
        return $property->hasType() && ! $property->isInitialized() ? Nothing::There : $property->getValue();
    }
}
