<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Integration;

/**
 * The demo application with Laravel 12.
 */
final class Laravel12Test extends DemoApplicationTestCase
{
    protected static function version(): string
    {
        return '12';
    }
}
