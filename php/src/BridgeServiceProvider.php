<?php

declare(strict_types=1);

namespace LaravelBridge;

use Illuminate\Concurrency\ConcurrencyManager;
use Illuminate\Foundation\Application;
use Illuminate\Support\ServiceProvider;
use LaravelBridge\Concurrency\BridgeDriver;
use LaravelBridge\Concurrency\Tasks;
use LaravelBridge\Console\CheckCommand;
use LaravelBridge\Console\InstallCommand;
use LaravelBridge\Console\ReloadCommand;
use LaravelBridge\Console\ServeCommand;
use LaravelBridge\Console\StatusCommand;
use LaravelBridge\Console\StopCommand;
use LaravelBridge\Console\TunnelCommand;

/**
 * Tells Laravel about the commands and the configuration. A request, under FPM or here, costs it nothing more.
 */
final class BridgeServiceProvider extends ServiceProvider
{
    private const CONFIG = __DIR__.'/../config/bridge.php';

    public function register(): void
    {
        $this->mergeConfigFrom(self::CONFIG, 'bridge');
        // A name only: Laravel 10 has no such class, and the others make it when it is asked for.
        $this->app->afterResolving(ConcurrencyManager::class, function (ConcurrencyManager $manager): void {
            // Not static: the manager binds itself to it.
            $manager->extend('bridge', fn (Application $app): BridgeDriver => new BridgeDriver(new Tasks($app)));
        });
    }

    public function boot(): void
    {
        if ($this->app->runningInConsole()) {
            $this->publishes([self::CONFIG => $this->app->configPath('bridge.php')], 'bridge-config');
            $this->commands([CheckCommand::class, InstallCommand::class, ServeCommand::class, StatusCommand::class, ReloadCommand::class, StopCommand::class, TunnelCommand::class]);
        }
    }
}
