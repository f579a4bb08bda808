<?php

declare(strict_types=1);

/*
 * What `php artisan laravel-rust:check` becomes: asks for the routes of an application and reports what they leave behind.
 *
 *     php laravel_check.php LARAVEL_PATH OPTIONS
 */

use LaravelBridge\Autoload;
use LaravelBridge\Check\Main;

require dirname(__DIR__).'/src/Autoload.php';
Autoload::register();

exit(Main::run(array_slice($argv, 1)));
