<?php

declare(strict_types=1);

namespace LaravelBridge\Octane;

use Illuminate\Foundation\Application;
use Laravel\Octane\Contracts\DispatchesTasks;
use Laravel\Octane\Octane;
use LaravelBridge\Concurrency\Forks;
use LaravelBridge\Shared\Memory;
use Swoole;

/**
 * What laravel/octane finds in the container where this server serves the application: it asks there before it looks for
 * ext-swoole.
 */
final class OctaneServices
{
    /**
     * Before the providers are registered: Octane's decides by what is bound.
     */
    public static function bind(Application $app, Memory $memory): void
    {
        if (! class_exists(Octane::class)) {
            return;
        }
        // Providers of packages look for it, to know that the process lives on.
        $_SERVER['LARAVEL_OCTANE'] = '1';
        if (! class_exists(Swoole\Table::class)) {
            require_once __DIR__.'/swoole_table.php';
        }
        $app->singleton(Tables::class, static fn (Application $app): Tables => new Tables($memory, (array) $app->make('config')->get('octane')));
        $app->singleton('octane.cacheTable', static fn (Application $app): ?CacheTable => $app->make(Tables::class)->cache());
        $app->bind(Octane::class, BridgeOctane::class);
        if (interface_exists(DispatchesTasks::class) && Forks::possible()) {
            $app->bind(DispatchesTasks::class, static fn (Application $app): TaskDispatcher => new TaskDispatcher($app));
        }
    }
}
