<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;

use function Illuminate\Support\defer;

/** Work after the answer: `?token=` is written into the cache, `&ms=` later, when the client has its answer. */
final class TerminateController extends Controller
{
    public function store(Request $request): JsonResponse
    {
        $token = $request->string('token', 'none')->value();
        $pause = max(0, min(10000, $request->integer('ms'))) * 1000;
        $deferred = function_exists('Illuminate\Support\defer');

        app()->terminating(function () use ($token, $pause): void {
            usleep($pause);
            Cache::put('terminate:terminating', $token, 600);
            Cache::increment('terminate:runs');
        });

        if ($deferred) {
            defer(fn () => Cache::put('terminate:deferred', $token, 600));
        }

        return response()->json(['token' => $token, 'defer' => $deferred]);
    }

    public function show(): JsonResponse
    {
        return response()->json([
            'terminating' => Cache::get('terminate:terminating'),
            'deferred' => Cache::get('terminate:deferred'),
            'runs' => (int) Cache::get('terminate:runs', 0),
        ]);
    }
}
