<?php

declare(strict_types=1);

namespace App\Providers;

use App\Services\DemoTicks;
use App\Services\Notebook;
use App\Services\ScopedNotebook;
use Illuminate\Support\ServiceProvider;
use Laravel\Octane\OctaneServiceProvider;

final class AppServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->app->singleton(Notebook::class);
        $this->app->scoped(ScopedNotebook::class);
        if (class_exists(OctaneServiceProvider::class)) {
            $this->app->register(OctaneServiceProvider::class);
        }
    }

    public function boot(): void
    {
        if (getenv('DEMO_TICKS') !== false) {
            $this->app->booted(DemoTicks::register(...));
        }
    }
}
