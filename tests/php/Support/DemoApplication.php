<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use RuntimeException;

/**
 * The application of tests/app, prepared for one version of Laravel.
 */
final class DemoApplication
{
    /** @var array<string, string> */
    private static array $paths = [];

    public static function path(string $version): string
    {
        if (isset(self::$paths[$version])) {
            return self::$paths[$version];
        }
        $root = dirname(__DIR__, 3);
        exec(escapeshellarg("{$root}/tests/app/prepare").' '.escapeshellarg($version).' 2>&1', $lines, $exit);
        if ($exit !== 0) {
            throw new RuntimeException(implode("\n", $lines));
        }

        return self::$paths[$version] = $version === '12' ? "{$root}/tests/app" : "{$root}/build/apps/laravel-{$version}";
    }
}
