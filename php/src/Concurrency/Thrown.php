<?php

declare(strict_types=1);

namespace LaravelBridge\Concurrency;

use Error;
use Exception;
use LaravelBridge\Exceptions\TaskFailed;
use ReflectionClass;
use ReflectionProperty;
use Throwable;

/**
 * Takes an exception apart and puts it together again in another process: its class, message, code, place and trace, the
 * properties of its own that can be serialised, and those before it (getPrevious). The arguments in the trace stay behind.
 */
final class Thrown
{
    /** An exception that is its own ancestor of so many generations is a mistake. */
    private const DEEPEST = 50;

    /**
     * @return list<array{class: string, message: string, properties: list<array{class-string, string, string}>}> the outermost first
     */
    public static function describe(Throwable $e): array
    {
        $chain = [];
        for ($next = $e; $next !== null && count($chain) < self::DEEPEST; $next = $next->getPrevious()) {
            $chain[] = ['class' => $next::class, 'message' => $next->getMessage(), 'properties' => self::properties($next)];
        }

        return $chain;
    }

    /**
     * @param  array<mixed>  $chain  as describe() gives it
     */
    public static function restore(array $chain): Throwable
    {
        $previous = null;
        foreach (array_reverse($chain) as $description) {
            /** @var array{class: string, message: string, properties: list<array{class-string, string, string}>} $description */
            $previous = self::one($description, $previous);
        }

        return $previous ?? TaskFailed::silent('');
    }

    /**
     * @return list<array{class-string, string, string}> declaring class, name, serialised value
     */
    private static function properties(Throwable $e): array
    {
        $properties = [];
        for ($class = new ReflectionClass($e); $class !== false; $class = $class->getParentClass()) {
            foreach ($class->getProperties() as $property) {
                $declaring = $property->getDeclaringClass()->getName();
                if ($property->isStatic() || $declaring !== $class->getName() || $property->getName() === 'previous' && self::isBase($declaring)) {
                    continue;
                }
                $property->setAccessible(true);
                if (! $property->isInitialized($e)) {
                    continue;
                }
                $value = $property->getValue($e);
                if ($property->getName() === 'trace' && self::isBase($declaring)) {
                    $value = array_map(static fn (array $frame): array => array_diff_key($frame, ['args' => 0, 'object' => 0]), $e->getTrace());
                }
                try {
                    $properties[] = [$declaring, $property->getName(), serialize($value)];
                } catch (Throwable) {
                    // A closure, a connection: it means something in that process only.
                }
            }
        }

        return $properties;
    }

    /**
     * @param  array{class: string, message: string, properties: list<array{class-string, string, string}>}  $description
     */
    private static function one(array $description, ?Throwable $previous): Throwable
    {
        try {
            // A class that only the fork has loaded is not there, when nothing can load it.
            $e = class_exists($description['class']) ? (new ReflectionClass($description['class']))->newInstanceWithoutConstructor() : null;
            if (! $e instanceof Throwable) {
                return TaskFailed::unknown($description['class'], $description['message'], $previous);
            }
            foreach ($description['properties'] as [$class, $name, $value]) {
                self::set($e, $class, $name, unserialize($value));
            }
            self::set($e, $e instanceof Exception ? Exception::class : Error::class, 'previous', $previous);

            return $e;
        } catch (Throwable) {
            return TaskFailed::unknown($description['class'], $description['message'], $previous);
        }
    }

    /**
     * @param  class-string  $class
     */
    private static function set(Throwable $e, string $class, string $name, mixed $value): void
    {
        $property = new ReflectionProperty($class, $name);
        $property->setAccessible(true);
        $property->setValue($e, $value);
    }

    private static function isBase(string $class): bool
    {
        return $class === Exception::class || $class === Error::class;
    }
}
