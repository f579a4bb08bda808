<?php

declare(strict_types=1);

namespace App\Providers;

use App\Services\Notebook;
use App\Services\ScopedNotebook;
use Illuminate\Support\ServiceProvider;

final class AppServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->app->singleton(Notebook::class);
        $this->app->scoped(ScopedNotebook::class);
    }

    public function boot(): void
    {
        //
    }
}
