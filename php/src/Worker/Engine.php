<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * Whether PHP's engine may be reached through FFI: what is asked before its variables are looked for. A version that is not
 * out yet may be laid out otherwise.
 */
final class Engine
{
    private const FIRST_UNKNOWN = 80600;

    /** Its functions, and its description of the SAPI. */
    public static function reachable(): bool
    {
        return extension_loaded('ffi') && PHP_SAPI === 'cli' && PHP_VERSION_ID < self::FIRST_UNKNOWN;
    }

    /** Its variables too: they have other places where there are threads, or where it was built to be debugged. */
    public static function known(): bool
    {
        return self::reachable() && ! PHP_ZTS && ! PHP_DEBUG;
    }
}
