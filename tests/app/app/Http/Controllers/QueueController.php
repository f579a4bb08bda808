<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Jobs\RememberValue;
use Illuminate\Contracts\View\View;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\DB;

final class QueueController extends Controller
{
    public function create(): View
    {
        return view('queue', $this->state());
    }

    public function store(Request $request): JsonResponse|RedirectResponse
    {
        RememberValue::dispatch($this->value($request), $request->integer('seconds'));

        return $this->accepted($request, 'The job waits for `php artisan queue:work --once`.');
    }

    public function afterResponse(Request $request): JsonResponse|RedirectResponse
    {
        RememberValue::dispatchAfterResponse($this->value($request));

        return $this->accepted($request, 'The job runs after this answer, in the same process.');
    }

    public function result(): JsonResponse
    {
        return response()->json($this->state());
    }

    private function value(Request $request): string
    {
        /** @var array{value: string} $valid */
        $valid = $request->validate(['value' => ['required', 'string', 'max:100']]);

        return $valid['value'];
    }

    private function accepted(Request $request, string $status): JsonResponse|RedirectResponse
    {
        return $request->is('api/*') || $request->expectsJson()
            ? response()->json(['queued' => true], 202)
            : redirect()->route('queue')->with('status', $status);
    }

    /** @return array{pending: int, failed: int, result: mixed} */
    private function state(): array
    {
        return [
            'pending' => DB::table('jobs')->count(),
            'failed' => DB::table('failed_jobs')->count(),
            'result' => Cache::get(RememberValue::CACHE_KEY),
        ];
    }
}
