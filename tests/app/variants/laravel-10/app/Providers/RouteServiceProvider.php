<?php

declare(strict_types=1);

namespace App\Providers;

use Illuminate\Foundation\Support\Providers\RouteServiceProvider as ServiceProvider;
use Illuminate\Support\Facades\Route;

final class RouteServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        $this->routes(function (): void {
            Route::middleware('web')->group(base_path('routes/web.php'));
            Route::middleware('api')->prefix('api')->group(base_path('routes/api.php'));
            Route::group([], base_path('routes/stateless.php'));
            Route::group([], base_path('routes/trouble.php'));
            Route::group([], base_path('routes/runtime.php'));
            if (getenv('DEMO_OCTANE') !== false) {
                Route::group([], base_path('routes/octane.php'));
            }
        });
    }
}
