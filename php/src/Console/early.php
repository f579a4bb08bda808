<?php

declare(strict_types=1);

/*
 * Loaded by composer with its autoloader: the server starts `php artisan laravel-rust:serve`, and to boot an application
 * for a command that leaves it at once would take a third of the time that a reload has.
 */

use LaravelBridge\Console\HandlerProgram;
use LaravelBridge\Console\InitialEnvironment;
use LaravelBridge\Console\Processes;

if (getenv('BRIDGE_CONTROL_FD') !== false) {
    $code = (new HandlerProgram(new Processes, new InitialEnvironment))->becomeEarly($_SERVER['argv'] ?? []);
    if ($code !== null) {
        exit($code);
    }
    unset($code);
}
