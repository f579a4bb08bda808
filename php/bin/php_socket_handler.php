<?php

declare(strict_types=1);

/*
 * The PHP side of Laravel Bridge: boots an application once and forks a worker for each connection.
 *
 *     php php_socket_handler.php [--path=LARAVEL_PATH] [--socket=PATH]
 *
 * Started by the runtime, or by hand; then the runtime finds the socket and uses it.
 */

use LaravelBridge\Worker\Main;

// Our own classes come from beside this file, whatever the application has: a boot that fails must be able to say so.
spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'LaravelBridge\\')) {
        $file = dirname(__DIR__).'/src/'.strtr(substr($class, 14), '\\', '/').'.php';
        if (is_file($file)) {
            require_once $file;
        }
    }
});

exit(Main::run(array_slice($argv, 1)));
