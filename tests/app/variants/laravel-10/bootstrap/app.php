<?php

declare(strict_types=1);

use Illuminate\Foundation\Application;

if (getenv('DEMO_OCTANE') !== false) {
    require_once dirname(__DIR__).'/stand-ins/octane.php';
}

$app = new Application($_ENV['APP_BASE_PATH'] ?? dirname(__DIR__));

$app->singleton(Illuminate\Contracts\Http\Kernel::class, App\Http\Kernel::class);
$app->singleton(Illuminate\Contracts\Console\Kernel::class, App\Console\Kernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, App\Exceptions\Handler::class);

return $app;
