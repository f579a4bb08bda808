<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Integration;

/**
 * The demo application with Laravel 10.
 */
final class Laravel10Test extends DemoApplicationTestCase
{
    protected static function version(): string
    {
        return '10';
    }
}
