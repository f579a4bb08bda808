<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Models\User;
use DomainException;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Concurrency;
use Illuminate\Support\Facades\DB;
use RuntimeException;

/** Closures that run beside each other (Laravel 11 and 12). */
final class ConcurrencyController extends Controller
{
    /** `?tasks=` (3) of them, each taking `?ms=`; `?driver=` (bridge). */
    public function run(Request $request): JsonResponse
    {
        $milliseconds = $request->integer('ms');
        $tasks = [];
        for ($number = 1; $number <= $request->integer('tasks', 3); $number++) {
            $tasks["task $number"] = static function () use ($number, $milliseconds): array {
                usleep($milliseconds * 1000);

                return ['number' => $number, 'pid' => getmypid(), 'path' => request()->path()];
            };
        }
        $start = hrtime(true);
        $results = Concurrency::driver($request->string('driver', 'bridge')->value())->run($tasks);

        return response()->json(['pid' => getmypid(), 'results' => $results, 'ms' => (hrtime(true) - $start) / 1e6]);
    }

    /** An exception of one task, with one before it. */
    public function fail(): JsonResponse
    {
        try {
            Concurrency::driver('bridge')->run([
                fn () => 1,
                fn () => throw new DomainException('the outer one', 42, new RuntimeException('the inner one', 7)),
            ]);
        } catch (DomainException $e) {
            $inner = $e->getPrevious();

            return response()->json([$e->getMessage(), $e->getCode(), basename($e->getFile()), $inner ? [$inner::class, $inner->getMessage(), $inner->getCode()] : null]);
        }

        return response()->json(null);
    }

    /** Tasks that use the database beside a transaction of the request, which is rolled back. */
    public function database(): JsonResponse
    {
        DB::beginTransaction();
        $before = DB::table('users')->count();
        $counts = Concurrency::driver('bridge')->run([
            fn () => [User::query()->count(), DB::transactionLevel()],
            fn () => [User::query()->count(), DB::transactionLevel()],
        ]);
        $level = DB::transactionLevel();
        DB::rollBack();

        return response()->json(['before' => $before, 'tasks' => $counts, 'level' => $level, 'after' => DB::table('users')->count()]);
    }

    /** What a task prints and registers is none of the answer's. */
    public function noise(): JsonResponse
    {
        register_shutdown_function(static fn () => Cache::increment('concurrency:shutdown'));
        app()->terminating(static fn () => Cache::increment('concurrency:terminated'));
        $result = Concurrency::driver('bridge')->run([static function (): string {
            header('X-Task: yes');
            while (ob_get_level() > 0) {
                ob_end_clean();
            }
            echo "a task prints\n";
            flush();

            return 'quiet';
        }]);

        return response()->json(['result' => $result[0], 'shutdown' => (int) Cache::get('concurrency:shutdown', 0), 'terminated' => (int) Cache::get('concurrency:terminated', 0)]);
    }

    /** `?token=`, once the client has its answer. */
    public function defer(Request $request): JsonResponse
    {
        $token = $request->string('token')->value();
        Concurrency::driver('bridge')->defer([fn () => Cache::put('concurrency:deferred', $token, 600)]);

        return response()->json(['pid' => getmypid()]);
    }

    public function deferred(): JsonResponse
    {
        return response()->json(Cache::get('concurrency:deferred'));
    }
}
