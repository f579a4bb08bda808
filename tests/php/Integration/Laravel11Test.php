<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Integration;

/**
 * The demo application with Laravel 11.
 */
final class Laravel11Test extends DemoApplicationTestCase
{
    protected static function version(): string
    {
        return '11';
    }
}
