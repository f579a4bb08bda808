<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * One place that is not what it was at the start of the worker.
 */
final class Change
{
    /**
     * @param  string  $place  its name, the same each time: "App\Basket::$items", "ini precision"
     * @param  string|null  $owner  the class whose it is
     */
    public function __construct(
        public readonly string $place,
        public readonly ?string $owner,
        public readonly mixed $before,
        public readonly mixed $after,
        public readonly string $advice,
    ) {
    }
}
