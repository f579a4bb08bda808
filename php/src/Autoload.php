<?php

declare(strict_types=1);

namespace LaravelBridge;

/**
 * Finds our classes beside this file, whatever version of the package the application has installed: a handler is one
 * version as a whole, and a boot that fails for want of an autoloader must still be able to say so.
 */
final class Autoload
{
    private const PREFIX = 'LaravelBridge\\';

    private static bool $registered = false;

    public static function register(): void
    {
        self::$registered = true;
        spl_autoload_register(self::load(...), true, true);
    }

    /**
     * Loads the classes of these rooms now: before a fork once, instead of in each one.
     */
    public static function ahead(string ...$rooms): void
    {
        foreach ($rooms as $room) {
            // The files of functions, in lower case, are loaded where they are wanted.
            foreach (glob(__DIR__."/{$room}/[A-Z]*.php") ?: [] as $file) {
                class_exists(self::PREFIX.strtr($room, '/', '\\').'\\'.basename($file, '.php'));
            }
        }
    }

    /** Composer's autoloader puts itself before all others. */
    public static function comeFirst(): void
    {
        if (self::$registered) {
            self::register();
        }
    }

    private static function load(string $class): void
    {
        if (str_starts_with($class, self::PREFIX)) {
            $file = __DIR__.'/'.strtr(substr($class, strlen(self::PREFIX)), '\\', '/').'.php';
            if (is_file($file)) {
                require_once $file;
            }
        }
    }
}
