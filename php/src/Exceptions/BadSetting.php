<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;

/**
 * A setting of the handler has a value that cannot be used.
 */
final class BadSetting extends RuntimeException
{
    public static function value(string $name, string $value, string $wanted): self
    {
        return new self("{$name}=\"{$value}\": expected {$wanted}.");
    }
}
