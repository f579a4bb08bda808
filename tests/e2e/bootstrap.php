<?php

declare(strict_types=1);

/*
 * The end-to-end tests: the real binary with a real application. They know neither's code, so a loader of their own is enough.
 * E2E_APP is the prepared application (default build/apps/laravel-12), E2E_SERVER the binary (default build/laravel-bridge),
 * E2E_ISOLATION the isolation of servers for which a test asks for none (worker, request; default the server's own).
 */

spl_autoload_register(static function (string $class): void {
    $prefix = 'LaravelBridge\\E2e\\';
    if (str_starts_with($class, $prefix)) {
        $path = __DIR__.'/'.strtr(substr($class, strlen($prefix)), '\\', '/').'.php';
        if (is_file($path)) {
            require $path;
        }
    }
});
