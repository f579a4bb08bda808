<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Services\Farewell;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use RuntimeException;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpFoundation\StreamedResponse;
use TypeError;

/** Ways in which a request ends other than by returning a response. */
final class EndingController extends Controller
{
    public function ends(Request $request, string $case): Response
    {
        $answer = response("answer\n", 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
        match ($case) {
            'exit-string' => exit("exit says\n"),
            'exit-number' => exit(7),
            'exit-nothing' => exit,
            'exit-status' => $this->exitWith(404, "not here\n"),
            'exit-json' => $this->exitWithJson(),
            'exit-buffered' => $this->exitBuffered(),
            'exit-location' => $this->exitWithLocation(),
            'exit-in-stream' => $answer = new StreamedResponse(static function (): void {
                echo "streamed\n";
                exit;
            }),
            'exit-in-terminating' => app()->terminating(static fn () => exit),
            'exit-in-shutdown' => register_shutdown_function(static function (): void {
                echo "shutdown says\n";
                exit;
            }),
            'exit-then-shutdown' => $this->exitThenShutdown(),
            'exit-in-finally' => $this->exitInFinally(),
            'shutdown-notes' => register_shutdown_function(static fn () => Cache::put('ending:note', $request->query('note'), 600)),
            'finish' => $this->finish((string) $request->query('note')),
            'finish-nothing' => fastcgi_finish_request(),
            'finish-exit' => $this->finishAndExit(),
            'shutdown-echo' => register_shutdown_function(static function (): void {
                echo 'unread';
            }),
            'shutdown-exit-notes' => $this->exitNoting((string) $request->query('note')),
            'destructor' => app()->instance('farewell', new Farewell((string) $request->query('note'))),
            'exit-destructors' => $this->exitWithDestructors((string) $request->query('note')),
            'error' => throw new TypeError('A type error on purpose.'),
            'error-json' => abort(response()->json(['refused' => true], 409)),
            'user-error' => trigger_error('A user error on purpose.', E_USER_ERROR),
            'notice' => trigger_error('A notice on purpose.', E_USER_NOTICE),
            'parse-error' => eval('this is no PHP'),
            'exception-in-stream' => $answer = new StreamedResponse(static fn () => throw new RuntimeException('Before the first byte.')),
            'echo-then-error' => $this->echoThenThrow(),
            'echo-then-fatal' => $this->echoThenFatal(),
            'header-then-fatal' => $this->headerThenFatal(),
            'recursion' => $this->recursion(0),
            'memory-small' => $this->memory(),
            'time-in-sleep' => $this->timeInSleep(),
            'no-time-limit' => set_time_limit(0),
            'abort-503' => abort(503, 'Later', ['Retry-After' => '120']),
            'abort-429' => abort(429, 'Too many', ['Retry-After' => '60', 'X-RateLimit-Limit' => '1']),
            'abort-418' => abort(418),
            'warning-handler' => set_error_handler(static fn (): bool => true),
            'gc' => gc_collect_cycles(),
            default => abort(404),
        };

        return $answer;
    }

    public function notes(): JsonResponse
    {
        return response()->json(['note' => Cache::get('ending:note')]);
    }

    private function exitWithDestructors(string $note): never
    {
        app()->instance('farewell', new Farewell($note));
        app()->instance('words', new class
        {
            public function __destruct()
            {
                echo 'and goodbye';
            }
        });
        echo 'hello ';
        exit;
    }

    private function exitWith(int $status, string $text): never
    {
        http_response_code($status);
        header('Content-Type: text/plain; charset=UTF-8');
        exit($text);
    }

    private function exitWithJson(): never
    {
        header('Content-Type: application/json');
        echo json_encode(['by' => 'echo']);
        exit;
    }

    private function exitWithLocation(): never
    {
        header('Location: /about');
        exit;
    }

    private function exitBuffered(): never
    {
        echo 'one ';
        ob_start();
        echo 'two ';
        ob_start(static fn (string $text): string => strtoupper($text));
        echo "three\n";
        exit;
    }

    private function exitThenShutdown(): never
    {
        register_shutdown_function(static function (): void {
            echo "shutdown\n";
            header('X-Late: yes');
        });
        echo "body\n";
        exit;
    }

    private function exitNoting(string $note): never
    {
        register_shutdown_function(static fn () => Cache::put('ending:note', $note, 600));
        exit("noted\n");
    }

    private function finish(string $note): void
    {
        header('X-Before: yes');
        http_response_code(202);
        echo "finished\n";
        fastcgi_finish_request();
        echo 'unread';
        Cache::put('ending:note', $note.' '.var_export(fastcgi_finish_request(), true), 600);
    }

    private function finishAndExit(): never
    {
        echo "finished\n";
        fastcgi_finish_request();
        exit('unread');
    }

    private function exitInFinally(): never
    {
        try {
            throw new RuntimeException('Lost.');
        } finally {
            exit("finally\n");
        }
    }

    private function echoThenThrow(): never
    {
        echo "before\n";
        throw new RuntimeException('After an echo.');
    }

    private function echoThenFatal(): void
    {
        echo "before\n";
        eval('interface FatalEcho {} final class BrokenEcho implements FatalEcho { abstract public function missing(); }');
    }

    private function headerThenFatal(): void
    {
        header('X-Before: yes');
        setcookie('before', 'fatal');
        eval('interface FatalHeader {} final class BrokenHeader implements FatalHeader { abstract public function missing(); }');
    }

    /** @return never */
    private function recursion(int $depth): int
    {
        return $this->recursion($depth + 1) + 1;
    }

    /** One small piece after the other: the last one that fails is small, too. */
    private function memory(): never
    {
        for ($hoard = []; ;) {
            $hoard[] = str_repeat('x', 2000);
        }
    }

    /** The limit counts processor time: sleeping is no reason to end. */
    private function timeInSleep(): void
    {
        set_time_limit(1);
        usleep(1_300_000);
        set_time_limit(0);
    }
}
