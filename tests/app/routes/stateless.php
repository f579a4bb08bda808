<?php

declare(strict_types=1);

use App\Http\Controllers\ConcurrencyController;
use App\Http\Controllers\DownloadController;
use App\Http\Controllers\PayloadController;
use App\Http\Controllers\RealtimeController;
use App\Http\Controllers\ResponseController;
use App\Http\Controllers\StreamController;
use App\Http\Controllers\TerminateController;
use App\Http\Controllers\WhoamiController;
use Illuminate\Support\Facades\Route;

/* Without any middleware group: what is measured here is the answer alone. */

Route::get('/whoami', WhoamiController::class)->name('whoami');
Route::get('/payload/{kib}', PayloadController::class)->whereNumber('kib')->name('payload');

Route::get('/download', [DownloadController::class, 'attachment'])->name('download');
Route::get('/download/inline', [DownloadController::class, 'inline'])->name('download.inline');
Route::get('/download/delete', [DownloadController::class, 'delete'])->name('download.delete');
Route::get('/download/stream', [DownloadController::class, 'stream'])->name('download.stream');

Route::get('/stream/echo', [StreamController::class, 'echoed'])->name('stream.echo');
Route::get('/stream/generator', [StreamController::class, 'generator'])->name('stream.generator');
Route::get('/stream/json', [StreamController::class, 'json'])->name('stream.json');
Route::get('/stream/broken', [StreamController::class, 'broken'])->name('stream.broken');
Route::get('/sse', [StreamController::class, 'events'])->name('sse');
Route::get('/sse/raw', [StreamController::class, 'rawEvents'])->name('sse.raw');

Route::get('/status/{code}', [ResponseController::class, 'status'])->whereNumber('code')->name('status');
Route::get('/cookies', [ResponseController::class, 'cookies'])->name('cookies');
Route::get('/redirect', [ResponseController::class, 'redirect'])->name('redirect');
Route::get('/latin1', [ResponseController::class, 'latin1'])->name('latin1');
Route::get('/header', [ResponseController::class, 'header'])->name('header');
Route::get('/hints', [ResponseController::class, 'hints'])->name('hints');
Route::get('/framing/{kind}', [ResponseController::class, 'framing'])->name('framing');
Route::get('/echo', [ResponseController::class, 'echoed'])->name('echo');

Route::get('/terminate', [TerminateController::class, 'store'])->name('terminate');
Route::get('/terminate/marker', [TerminateController::class, 'show'])->name('terminate.marker');

Route::prefix('concurrency')->name('concurrency.')->group(function (): void {
    Route::get('/', [ConcurrencyController::class, 'run'])->name('run');
    Route::get('/fail', [ConcurrencyController::class, 'fail'])->name('fail');
    Route::get('/database', [ConcurrencyController::class, 'database'])->name('database');
    Route::get('/noise', [ConcurrencyController::class, 'noise'])->name('noise');
    Route::get('/defer', [ConcurrencyController::class, 'defer'])->name('defer');
    Route::get('/deferred', [ConcurrencyController::class, 'deferred'])->name('deferred');
});

Route::get('/realtime/publish', [RealtimeController::class, 'publish']);
Route::get('/realtime/publish-later', [RealtimeController::class, 'publishLater']);
