<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use RuntimeException;

final class TroubleController extends Controller
{
    private const MAX_MS = 120000;

    public function slow(int $ms): JsonResponse
    {
        usleep(min(self::MAX_MS, $ms) * 1000);

        return response()->json(['slept_ms' => $ms, 'pid' => getmypid()]);
    }

    /** Keeps a core busy, as an endless loop would, but for a bounded time. */
    public function spin(int $ms): JsonResponse
    {
        $until = hrtime(true) + min(self::MAX_MS, $ms) * 1000000;
        $rounds = 0;

        while (hrtime(true) < $until) {
            $rounds++;
        }

        return response()->json(['spun_ms' => $ms, 'rounds' => $rounds, 'pid' => getmypid()]);
    }

    public function fail(): never
    {
        throw new RuntimeException('This page fails on purpose.');
    }

    public function abort(int $status): never
    {
        abort($status, "Aborted with {$status}");
    }

    /** A warning becomes an exception; a deprecation (?level=deprecated) or a silenced warning (?level=silenced) does not. */
    public function warning(Request $request): Response
    {
        match ($request->query('level')) {
            'deprecated' => trigger_error('This is deprecated on purpose.', E_USER_DEPRECATED),
            'silenced' => @trigger_error('This warning is silenced.', E_USER_WARNING),
            default => trigger_error('This page warns on purpose.', E_USER_WARNING),
        };

        return response("after the warning\n", 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
    }

    public function exits(): never
    {
        echo "before exit\n";
        exit(0);
    }

    public function dies(): never
    {
        exit("dying words\n");
    }

    public function dumpAndDie(): never
    {
        dd('dumped by dd', ['answer' => 42]);
    }

    public function dump(): Response
    {
        dump('dumped by dump', ['answer' => 42]);

        return response("after the dump\n");
    }

    /** A compile error, which no handler catches: only shutdown functions run after it. */
    public function fatal(): Response
    {
        eval('interface FatalProbe {} final class BrokenProbe implements FatalProbe { abstract public function missing(); }');

        return response("not reached\n");
    }

    public function undefinedFunction(): Response
    {
        /** @phpstan-ignore function.notFound */
        return response(this_function_does_not_exist());
    }

    public function timeLimit(): never
    {
        set_time_limit(1);

        while (true) {
            hash('sha256', 'busy');
        }
    }

    /** Allocates until the limit; sets one where the command line has none, so that the machine survives. */
    public function memory(): never
    {
        if ((int) ini_get('memory_limit') <= 0) {
            ini_set('memory_limit', '256M');
        }

        for ($hoard = []; ;) {
            $hoard[] = random_bytes(1048576);
        }
    }

    public function segfault(): JsonResponse
    {
        return $this->kill(SIGSEGV);
    }

    public function kill(int $signal): JsonResponse
    {
        abort_unless($signal >= 1 && $signal <= 64, 404);

        posix_kill((int) getmypid(), $signal);

        return response()->json(['survived' => $signal, 'pid' => getmypid()]);
    }
}
