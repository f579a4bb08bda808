<?php

declare(strict_types=1);

use App\Techniques\AccountController;
use App\Techniques\Collector;
use App\Techniques\EndingController;
use App\Techniques\OperationController;
use App\Techniques\PageController;
use App\Techniques\PartController;
use App\Techniques\Props;
use App\Techniques\SwitchController;
use App\Techniques\TenantController;
use Illuminate\Support\Facades\Route;

Route::get('/t/tenant', [TenantController::class, 'show'])->middleware(TenantController::class);
Route::get('/t/theme', [TenantController::class, 'theme']);
Route::get('/t/switches/{group}', [SwitchController::class, 'show']);
Route::any('/t/ends/{case}', [EndingController::class, 'show']);
Route::any('/t/parts/{case}', [PartController::class, 'take'])->name('techniques.parts');
Route::any('/t/operations/{case}', [OperationController::class, 'show']);

Route::middleware('web')->prefix('t')->group(function (): void {
    Route::any('/accounts/{case}', [AccountController::class, 'show']);
    Route::get('/bar', [PageController::class, 'bar'])->middleware(Collector::class);
    Route::any('/component/{case}', [PageController::class, 'component'])->middleware(Props::class);
    Route::any('/pages/{case}', [PageController::class, 'show']);
    Route::get('/limited', static fn (): array => ['ok' => true])->middleware('throttle:techniques');
    Route::get('/members', static fn (): array => ['id' => auth()->id()])->middleware('auth')->name('members');
});
