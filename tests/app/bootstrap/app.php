<?php

declare(strict_types=1);

use Illuminate\Foundation\Application;
use Illuminate\Foundation\Configuration\Exceptions;
use Illuminate\Foundation\Configuration\Middleware;
use Illuminate\Http\Middleware\HandleCors;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Route;

if (getenv('DEMO_OCTANE') !== false) {
    require_once dirname(__DIR__).'/stand-ins/octane.php';
}

return Application::configure(basePath: dirname(__DIR__))
    ->withRouting(
        web: __DIR__.'/../routes/web.php',
        api: __DIR__.'/../routes/api.php',
        commands: __DIR__.'/../routes/console.php',
        health: '/up',
        then: function (): void {
            Route::group([], base_path('routes/stateless.php'));
            Route::group([], base_path('routes/trouble.php'));
            Route::group([], base_path('routes/runtime.php'));
            if (getenv('DEMO_OCTANE') !== false) {
                Route::group([], base_path('routes/octane.php'));
            }
        },
    )
    ->withMiddleware(function (Middleware $middleware): void {
        // Its package, fruitcake/php-cors, is replaced in composer.json.
        $middleware->remove(HandleCors::class);
        $middleware->redirectUsersTo('/dashboard');
    })
    ->withExceptions(function (Exceptions $exceptions): void {
        $exceptions->shouldRenderJsonWhen(
            fn (Request $request): bool => $request->is('api', 'api/*') || $request->expectsJson(),
        );
    })
    ->create();
