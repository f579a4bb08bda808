<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Support\Traits\Macroable;
use LaravelBridge\Laravel\Resetter;

/**
 * Macros that a request taught a class: of all classes that were loaded at the fork and can learn any.
 */
final class Macros implements Resetter
{
    /** @var list<array{Closure(array<string, mixed>): void, array<string, mixed>}> */
    private readonly array $classes;

    public function __construct()
    {
        $classes = [];
        foreach (get_declared_classes() as $class) {
            // A subclass shares the macros of its parent.
            if (isset(class_uses($class)[Macroable::class])) {
                $classes[] = self::stateOf($class);
            }
        }
        $this->classes = $classes;
    }

    public function reset(): void
    {
        foreach ($this->classes as [$write, $macros]) {
            $write($macros);
        }
    }

    /**
     * @param  class-string  $class
     * @return array{Closure(array<string, mixed>): void, array<string, mixed>}
     */
    private static function stateOf(string $class): array
    {
        $write = Closure::bind(static function (array $macros) use ($class): void {
            if ($class::$macros !== $macros) {
                $class::$macros = $macros;
            }
        }, null, $class);
        $read = Closure::bind(static fn (): array => $class::$macros, null, $class);

        return [$write, $read()];
    }
}
