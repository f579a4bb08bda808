<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;

/** Which process answers, and as what. */
final class WhoamiController extends Controller
{
    private static int $requests = 0;

    public function __invoke(Request $request): JsonResponse
    {
        if ($request->boolean('collect')) {
            gc_collect_cycles();
        }

        return response()->json([
            'pid' => getmypid(),
            'parent_pid' => posix_getppid(),
            'requests' => ++self::$requests,
            'memory' => memory_get_usage(),
            'memory_peak' => memory_get_peak_usage(),
            'memory_limit' => ini_get('memory_limit'),
            'laravel' => app()->version(),
            'php' => PHP_VERSION,
            'sapi' => PHP_SAPI,
            'console' => app()->runningInConsole(),
            'environment' => app()->environment(),
            'base_path' => base_path(),
            'output_buffers' => ob_get_level(),
            'request_id' => $request->header('X-Request-Id'),
        ]);
    }
}
