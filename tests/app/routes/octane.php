<?php

declare(strict_types=1);

use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Route;
use Laravel\Octane\Facades\Octane;

/* With DEMO_OCTANE: what an application writes for laravel/octane. */

Route::get('/octane/votes/{key}', static fn (string $key): JsonResponse => response()->json([
    'pid' => getmypid(),
    'votes' => Octane::table('example')->incr($key, 'votes'),
    'row' => Octane::table('example')->get($key),
    'rows' => count(Octane::table('example')),
]));
Route::get('/octane/cache/{key}', static function (Request $request, string $key): JsonResponse {
    if ($request->query('set') !== null) {
        Cache::store('octane')->put($key, $request->query('set'), 60);
    }

    return response()->json(['pid' => getmypid(), 'value' => Cache::store('octane')->get($key)]);
});
Route::get('/octane/hold/{key}', static function (string $key): never {
    for (; ;) {
        Octane::table('example')->incr($key, 'votes');
    }
});
Route::get('/octane/files', static function (): JsonResponse {
    Octane::table('example')->count();
    $own = array_map(static fn (string $file): string => (string) @readlink($file), glob('/proc/self/fd/*') ?: []);

    return response()->json(['own' => $own, 'program' => explode("\n", trim((string) shell_exec('for file in /proc/self/fd/*; do readlink $file; done')))]);
});
Route::get('/octane/concurrently', static fn (): JsonResponse => response()->json(Octane::concurrently([static fn () => getmypid(), static fn () => getmypid()])));
Route::get('/octane/ticks', static fn (): JsonResponse => response()->json(collect(Octane::table('example'))->filter(static fn (array $row, string $key): bool => str_starts_with($key, 'tick '))->all()));
Route::get('/octane/interval', static fn (): JsonResponse => response()->json(['value' => Cache::store('octane')->get('fresh'), 'pid' => getmypid()]));
