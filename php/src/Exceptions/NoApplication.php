<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;

/**
 * LARAVEL_PATH does not lead to an application that can be started.
 */
final class NoApplication extends RuntimeException
{
    public static function missing(string $path, string $file): self
    {
        $hint = $file === 'vendor/autoload.php' ? ' Run "composer install" there.' : '';

        return new self("\"{$path}\" is no Laravel application that can be started: {$file} is missing.{$hint}");
    }

    public static function notReturned(string $path): self
    {
        return new self("\"{$path}/bootstrap/app.php\" does not return an application.");
    }
}
