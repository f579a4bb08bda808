<?php

declare(strict_types=1);

use App\Http\Controllers\AddressController;
use App\Http\Controllers\EndingController;
use App\Http\Controllers\OutputController;
use App\Http\Controllers\RuntimeController;
use Illuminate\Support\Facades\Route;

/* What an application can see of the PHP that runs it, and what it can do to it. */

Route::prefix('php')->name('php.')->group(function (): void {
    Route::get('/ini', [RuntimeController::class, 'ini'])->name('ini');
    Route::get('/sapi', [RuntimeController::class, 'sapi'])->name('sapi');
    Route::any('/fields', [RuntimeController::class, 'fields'])->name('fields');
    Route::any('/server', [RuntimeController::class, 'server'])->name('server');
    Route::get('/locale', [RuntimeController::class, 'locale'])->name('locale');
    Route::any('/input', [RuntimeController::class, 'input'])->name('input');
    Route::post('/upload', [RuntimeController::class, 'upload'])->name('upload');
    Route::get('/session', [RuntimeController::class, 'session'])->name('session');
    Route::get('/bytes', [RuntimeController::class, 'bytes'])->name('bytes');

    Route::get('/headers/{case}', [OutputController::class, 'headers'])->name('headers');
    Route::get('/buffers/{case}', [OutputController::class, 'buffers'])->name('buffers');

    Route::get('/ending/{case}', [EndingController::class, 'ends'])->name('ending');
    Route::get('/notes', [EndingController::class, 'notes'])->name('notes');
});

Route::match(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], '/address/{path?}', [AddressController::class, 'show'])
    ->where('path', '.*')->name('address');
Route::get('/links', [AddressController::class, 'links'])->name('links');
Route::get('/signed', [AddressController::class, 'signed'])->middleware('signed')->name('signed');
