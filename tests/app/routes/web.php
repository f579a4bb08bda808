<?php

declare(strict_types=1);

use App\Http\Controllers\LoginController;
use App\Http\Controllers\QueueController;
use App\Http\Controllers\RealtimeController;
use App\Http\Controllers\SessionController;
use App\Http\Controllers\UploadController;
use App\Http\Controllers\UserController;
use Illuminate\Support\Facades\Route;

/* Pages: cookies, session and CSRF protection. */

Route::view('/', 'home')->name('home');
Route::view('/about', 'about')->name('about');

Route::get('/session', [SessionController::class, 'show'])->name('session');
Route::post('/session', [SessionController::class, 'store']);

Route::middleware('guest')->group(function (): void {
    Route::get('/login', [LoginController::class, 'create'])->name('login');
    Route::post('/login', [LoginController::class, 'store']);
});

Route::middleware('auth')->group(function (): void {
    Route::view('/dashboard', 'dashboard')->name('dashboard');
    Route::post('/logout', [LoginController::class, 'destroy'])->name('logout');
});

Route::get('/users', [UserController::class, 'index'])->name('users.index');
Route::get('/users/{user}', [UserController::class, 'show'])->name('users.show');

Route::get('/upload', [UploadController::class, 'create'])->name('upload');
Route::post('/upload', [UploadController::class, 'store']);

Route::get('/queue', [QueueController::class, 'create'])->name('queue');
Route::post('/queue', [QueueController::class, 'store']);
Route::post('/queue/after-response', [QueueController::class, 'afterResponse'])->name('queue.after-response');
Route::get('/realtime/auth', [RealtimeController::class, 'auth']);
Route::get('/realtime/members', [RealtimeController::class, 'auth'])->middleware('auth');

Route::get('/queue/result', [QueueController::class, 'result'])->name('queue.result');
