<?php

declare(strict_types=1);

namespace App\Techniques;

use App\Jobs\RememberValue;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Artisan;
use Illuminate\Support\Facades\Bus;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Queue;
use Illuminate\Support\Facades\Schema;
use Symfony\Component\Process\Process;
use Throwable;

/** What operators do from a page: commands, jobs, maintenance, databases. */
final class OperationController
{
    public function show(Request $request, string $case): mixed
    {
        return match ($case) {
            'command' => response()->json(['code' => Artisan::call((string) $request->query('name'), (array) $request->query('with', [])), 'output' => $this->trimmed(Artisan::output())]),
            'closure' => $this->closure(),
            'sync' => $this->sync($request),
            'dispatched' => $this->dispatched($request),
            'result' => response()->json(['value' => Cache::store('file')->pull('techniques:job:'.$request->query('run'))]),
            'failing' => $this->failing(),
            'lock' => $this->lock($request),
            'temporary-table' => $this->temporaryTable(),
            'settings-of-connection' => $this->connectionSettings(),
            'transaction' => $this->transaction(),
            'rolled-back' => response()->json(['rows' => DB::table('cache')->where('key', 'techniques:transaction')->count(), 'level' => DB::transactionLevel()]),
            'function' => $this->databaseFunction(),
            'opcache' => response()->json(['reset' => function_exists('opcache_reset') && opcache_reset(), 'invalidated' => function_exists('opcache_invalidate') && opcache_invalidate(__FILE__, true)]),
            'process' => $this->process(),
            'shell' => response()->json(['shell' => trim((string) shell_exec('echo from a shell')), 'exec' => exec('exit 3', $output, $code), 'code' => $code]),
            'included' => $this->included(),
            'written' => $this->written(),
            'schedule' => response()->json(['code' => Artisan::call('schedule:run')]),
            'queue-work' => $this->queueWork($request),
            'events' => response()->json(['sum' => event('techniques.counted', [[1, 2, 3]])]),
            'memory' => response()->json(['memory' => strlen(str_repeat('x', 20_000_000))]),
            'tagged' => $this->tagged(),
            default => abort(404),
        };
    }

    private function trimmed(string $output): string
    {
        return trim((string) preg_replace('/\s+|[\d.]+m?s/', ' ', $output));
    }

    private function closure(): JsonResponse
    {
        $known = array_key_exists('techniques:late', Artisan::all());
        Artisan::command('techniques:late', static fn (): int => 4);

        return response()->json(['known' => $known]);
    }

    private function sync(Request $request): JsonResponse
    {
        config(['queue.default' => 'sync']);
        $before = Queue::getDefaultDriver();
        Bus::chain([new RememberValue('first'), static fn () => Cache::store('file')->put('techniques:job:'.$request->query('run'), 'chained', 60)])->dispatch();

        return response()->json(['driver' => $before, 'console' => app()->runningInConsole()]);
    }

    private function dispatched(Request $request): JsonResponse
    {
        $run = (string) $request->query('run');
        dispatch(static fn () => Cache::store('file')->put("techniques:job:$run", Cache::store('file')->get("techniques:job:$run", '').'after ', 60))->afterResponse();
        app()->terminating(static fn () => Cache::store('file')->put("techniques:job:$run", Cache::store('file')->get("techniques:job:$run", '').'terminating ', 60));
        Queue::before(static fn () => Cache::store('file')->put("techniques:job:$run", Cache::store('file')->get("techniques:job:$run", '').'before ', 60));

        return response()->json(['dispatched' => true]);
    }

    private function failing(): JsonResponse
    {
        try {
            dispatch_sync(static fn () => throw new \LogicException('a job that fails'));
        } catch (Throwable $e) {
            return response()->json(['failed' => $e->getMessage()]);
        }

        return response()->json(['failed' => null]);
    }

    private function lock(Request $request): JsonResponse
    {
        $lock = Cache::store('file')->lock('techniques', 10);
        $got = $lock->get();
        $second = Cache::store('file')->lock('techniques', 10)->get();

        return response()->json(['got' => $got, 'second' => $second, 'released' => $request->query('keep') === null && $lock->release()]);
    }

    private function temporaryTable(): JsonResponse
    {
        $before = count(DB::select("select name from sqlite_temp_master where name = 'techniques_temp'"));
        DB::statement('create temporary table techniques_temp (id integer)');
        DB::table('techniques_temp')->insert(['id' => 1]);

        return response()->json(['before' => $before, 'rows' => DB::table('techniques_temp')->count()]);
    }

    private function connectionSettings(): JsonResponse
    {
        $read = static fn (): array => [DB::selectOne('pragma case_sensitive_like') ?? null, DB::selectOne("select 'a' like 'A' as same")->same, DB::selectOne('pragma recursive_triggers')->recursive_triggers, DB::selectOne('pragma foreign_keys')->foreign_keys];
        $before = $read();
        DB::statement('PRAGMA case_sensitive_like = ON');
        DB::unprepared('pragma recursive_triggers = 1');
        Schema::disableForeignKeyConstraints();

        return response()->json(['before' => $before, 'after' => $read()]);
    }

    private function transaction(): never
    {
        DB::beginTransaction();
        DB::table('cache')->updateOrInsert(['key' => 'techniques:transaction'], ['value' => 'x', 'expiration' => 0]);
        exit('left in a transaction');
    }

    private function databaseFunction(): JsonResponse
    {
        try {
            $there = DB::selectOne('select techniques(1) as n')->n;
        } catch (Throwable) {
            $there = null;
        }
        DB::connection()->getPdo()->sqliteCreateFunction('techniques', static fn (int $n): int => $n + 1);

        return response()->json(['before' => $there, 'after' => DB::selectOne('select techniques(1) as n')->n]);
    }

    private function process(): JsonResponse
    {
        $process = new Process(['sh', '-c', 'cat; echo err >&2; exit 2'], null, null, 'to a program');
        $process->run();

        return response()->json(['code' => $process->getExitCode(), 'out' => $process->getOutput(), 'err' => $process->getErrorOutput()]);
    }

    private function included(): JsonResponse
    {
        $path = storage_path('framework/testing/included.php');
        file_put_contents($path, '<?php return ["value" => '.random_int(1, 9).'];');
        $first = (include $path)['value'];
        file_put_contents($path, '<?php return ["value" => 42, "longer" => true];');
        function_exists('opcache_invalidate') && opcache_invalidate($path, true);
        $second = (include $path)['value'];
        unlink($path);

        return response()->json(['first' => $first > 0, 'second' => $second]);
    }

    /** Files that are written now and read by the next request, with and without PHP in them. */
    private function written(): JsonResponse
    {
        $path = storage_path('framework/testing/counter.php');
        $count = is_file($path) ? (include $path) : 0;
        file_put_contents($path, '<?php return '.($count + 1).';', LOCK_EX);
        if ($count >= 2) {
            unlink($path);
        }

        return response()->json(['count' => $count]);
    }

    private function queueWork(Request $request): JsonResponse
    {
        $run = (string) $request->query('run');
        config(['queue.default' => 'database']);
        dispatch(static fn () => Cache::store('file')->put("techniques:job:$run", 'worked', 60))->onQueue("techniques-$run");
        $code = Artisan::call('queue:work', ['--once' => true, '--queue' => "techniques-$run", '--stop-when-empty' => true]);

        return response()->json(['code' => $code, 'left' => DB::table('jobs')->where('queue', "techniques-$run")->count(), 'value' => Cache::store('file')->pull("techniques:job:$run")]);
    }

    private function tagged(): JsonResponse
    {
        $store = Cache::store('array');
        $before = $store->tags(['a'])->get('k');
        $store->tags(['a', 'b'])->put('k', 1, 60);
        $store->tags(['a'])->put('k', 2, 60);

        return response()->json(['before' => $before, 'after' => $store->tags(['a'])->get('k')]);
    }
}
