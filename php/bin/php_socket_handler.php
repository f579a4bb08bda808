<?php

declare(strict_types=1);

/*
 * The PHP side of Laravel Bridge: boots an application once and forks a worker for each connection.
 *
 *     php php_socket_handler.php [--path=LARAVEL_PATH] [--socket=PATH]
 *
 * Started by the runtime, or by hand; then the runtime finds the socket and uses it.
 */

use LaravelBridge\Autoload;
use LaravelBridge\Worker\Main;

require dirname(__DIR__).'/src/Autoload.php';
Autoload::register();

exit(Main::run(array_slice($argv, 1)));
