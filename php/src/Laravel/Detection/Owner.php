<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * The property that leads to an object, and its class.
 */
final class Owner
{
    public function __construct(public readonly string $place, public readonly string $class)
    {
    }
}
