<?php

declare(strict_types=1);

use App\Http\Controllers\Api\EchoController;
use App\Http\Controllers\Api\InspectController;
use App\Http\Controllers\Api\PingController;
use App\Http\Controllers\Api\PostController;
use App\Http\Controllers\QueueController;
use App\Http\Controllers\UploadController;
use Illuminate\Support\Facades\Route;

/* Below /api: no session, no CSRF token, errors always as JSON. */

Route::get('/ping', PingController::class);
Route::post('/echo', EchoController::class);
Route::get('/headers', [InspectController::class, 'headers']);
Route::any('/inspect', [InspectController::class, 'inspect']);

Route::apiResource('posts', PostController::class);

Route::post('/upload', [UploadController::class, 'store']);
Route::delete('/upload', [UploadController::class, 'clear']);

Route::post('/queue', [QueueController::class, 'store']);
Route::post('/queue/after-response', [QueueController::class, 'afterResponse']);
