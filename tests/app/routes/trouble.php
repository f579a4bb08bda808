<?php

declare(strict_types=1);

use App\Http\Controllers\BleedController;
use App\Http\Controllers\TroubleController;
use Illuminate\Support\Facades\Route;

/* What goes wrong in real applications, on purpose. */

Route::any('/slow/{ms}', [TroubleController::class, 'slow'])->whereNumber('ms')->name('slow');
Route::get('/spin/{ms}', [TroubleController::class, 'spin'])->whereNumber('ms')->name('spin');
Route::get('/fail', [TroubleController::class, 'fail'])->name('fail');
Route::get('/abort/{status}', [TroubleController::class, 'abort'])->whereNumber('status')->name('abort');
Route::get('/warning', [TroubleController::class, 'warning'])->name('warning');
Route::get('/exit', [TroubleController::class, 'exits'])->name('exit');
Route::get('/die', [TroubleController::class, 'dies'])->name('die');
Route::get('/dd', [TroubleController::class, 'dumpAndDie'])->name('dd');
Route::get('/dump', [TroubleController::class, 'dump'])->name('dump');
Route::get('/fatal', [TroubleController::class, 'fatal'])->name('fatal');
Route::get('/fatal/error', [TroubleController::class, 'undefinedFunction'])->name('fatal.error');
Route::get('/fatal/time', [TroubleController::class, 'timeLimit'])->name('fatal.time');
Route::get('/memory', [TroubleController::class, 'memory'])->name('memory');
Route::get('/segfault', [TroubleController::class, 'segfault'])->name('segfault');
Route::get('/kill/{signal}', [TroubleController::class, 'kill'])->whereNumber('signal')->name('kill');

/* Each tells what an earlier request has left behind, then leaves something behind itself. */

Route::prefix('bleed')->name('bleed.')->group(function (): void {
    Route::get('/config', [BleedController::class, 'config'])->name('config');
    Route::get('/static', [BleedController::class, 'static'])->name('static');
    Route::get('/singleton', [BleedController::class, 'singleton'])->name('singleton');
    Route::get('/locale', [BleedController::class, 'locale'])->name('locale');
    Route::get('/user', [BleedController::class, 'user'])->name('user');
    Route::get('/view', [BleedController::class, 'view'])->name('view');
    Route::get('/request', [BleedController::class, 'request'])->name('request');
    Route::get('/cookie', [BleedController::class, 'cookie'])->name('cookie');
    Route::get('/listener', [BleedController::class, 'listener'])->name('listener');
    Route::get('/transaction', [BleedController::class, 'transaction'])->name('transaction');
    Route::get('/php', [BleedController::class, 'php'])->name('php');
    Route::get('/buffer', [BleedController::class, 'buffer'])->name('buffer');
});
