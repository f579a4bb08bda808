<?php

declare(strict_types=1);

/*
 * A handler without a framework, for tests: "php scenarios.php NAME" serves what NAME stands for below.
 */

use LaravelBridge\Testing\FakeApplication;
use LaravelBridge\Testing\FakeBootloader;
use LaravelBridge\Tests\Support\HandlerProcess;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\Request;
use LaravelBridge\Worker\Main;
use LaravelBridge\Worker\Output;

require dirname(__DIR__, 3).'/vendor/autoload.php';

/** Answers with these bytes. */
function say(Answer $answer, string $bytes, int $status = 200): void
{
    $answer->head($status, [['Content-Type', 'text/plain']]);
    $answer->bytes($bytes);
    $answer->end();
}

/** Waits until the test has read this part: its mark is a file, named after the body of the request. */
function untilRead(Request $request, string $part): void
{
    HandlerProcess::comesTrue(static fn (): bool => file_exists("{$request->body}.{$part}")) || exit(1);
}

/** Streams what the closure prints. */
function stream(Answer $answer, Output $output, Closure $print): void
{
    $answer->bytes('');
    $output->stream();
    $print();
    $answer->bytes($output->take());
    $answer->end();
}

/** Until the file is there. */
function spinUntil(string $file): void
{
    touch("{$file}-begun");
    while (! file_exists($file)) {
        clearstatcache();
    }
}

/** @var array<string, Closure(Request, Answer, Output): void> $routes */
$routes = [
    '/random' => static fn (Request $request, Answer $answer) => say($answer, (string) mt_rand()),
    '/cycle' => static function (Request $request, Answer $answer): void {
        $one = new stdClass;
        $one->self = $one;
        $one->ballast = str_repeat('x', 100_000);
        say($answer, 'made');
    },
    '/pid' => static fn (Request $request, Answer $answer) => say($answer, (string) getmypid()),
    '/echo' => static function (Request $request, Answer $answer, Output $output): void {
        echo 'echoed ';
        say($answer, $output->take().'answered');
    },
    '/nested-buffers' => static function (Request $request, Answer $answer, Output $output): void {
        echo 'one ';
        ob_start();
        echo 'two ';
        ob_start();
        echo 'three ';
        say($answer, $output->take().ob_get_level());
    },
    '/level' => static fn (Request $request, Answer $answer) => say($answer, (string) ob_get_level()),
    '/exit' => static function (): void {
        http_response_code(418);
        header('X-Said: before');
        setcookie('c', 'v');
        echo 'printed';
        ob_start();
        echo ' and buffered';
        register_shutdown_function(static function (): void {
            echo ' and shut down';
        });
        exit(0);
    },
    '/shutdown' => static function (Request $request, Answer $answer): void {
        foreach (['first', 'second'] as $word) {
            register_shutdown_function(static function () use ($word, $request): void {
                file_put_contents($request->body, "{$word} {$request->id}\n", FILE_APPEND);
                register_shutdown_function(static fn () => file_put_contents($request->body, "and after {$word}\n", FILE_APPEND));
                echo 'nobody reads this';
            });
        }
        say($answer, 'answered');
    },
    '/shutdown-throws' => static function (Request $request, Answer $answer): void {
        register_shutdown_function(static fn () => throw new RuntimeException('too late'));
        say($answer, 'answered');
    },
    '/shutdown-exits' => static function (Request $request, Answer $answer): void {
        register_shutdown_function(static function (): void {
            exit(3);
        });
        say($answer, 'answered');
    },
    // PHP's own session, which some packages use.
    '/session' => static function (Request $request, Answer $answer): void {
        session_save_path(sys_get_temp_dir());
        session_start();
        $_SESSION['mine'] = true;
        say($answer, (string) session_id());
    },
    '/session-closed' => static function (Request $request, Answer $answer): void {
        session_save_path(sys_get_temp_dir());
        session_start();
        say($answer, (string) session_id());
        session_write_close();
    },
    '/session-and-exit' => static function (Request $request): never {
        session_save_path(sys_get_temp_dir());
        session_id($request->body);
        session_start();
        $_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
        echo $_SESSION['visits'];
        exit(0);
    },
    '/exit-in-stream' => static function (Request $request, Answer $answer, Output $output): void {
        $answer->head(200, []);
        stream($answer, $output, static function (): void {
            echo 'part';
            exit(0);
        });
    },
    '/fatal' => static function (): void {
        eval('final class A {} class B extends A {}');
    },
    '/fatal-in-stream' => static function (Request $request, Answer $answer, Output $output): void {
        $answer->head(200, []);
        stream($answer, $output, static function (): void {
            echo 'part';
            flush();
            eval('final class A {} class B extends A {}');
        });
    },
    '/memory' => static function (): void {
        $all = [];
        while (true) { // @phpstan-ignore while.alwaysTrue
            $all[] = str_repeat('x', 1_000_000);
        }
    },
    '/memory-and-words' => static function (): void {
        register_shutdown_function(static function (): void {
            echo 'last words';
        });
        $all = [];
        while (true) { // @phpstan-ignore while.alwaysTrue
            $all[] = str_repeat('x', 1_000_000);
        }
    },
    '/uncaught' => static function (): void {
        throw new RuntimeException('not caught');
    },
    '/stream' => static function (Request $request, Answer $answer, Output $output): void {
        $answer->head(200, []);
        stream($answer, $output, static function () use ($request): void {
            foreach (['one', 'two', 'three'] as $part) {
                echo $part;
                ob_flush();
                flush();
                untilRead($request, $part);
            }
        });
    },
    '/stream-flush-only' => static function (Request $request, Answer $answer, Output $output): void {
        $answer->head(200, []);
        stream($answer, $output, static function () use ($request): void {
            echo 'one';
            flush();
            untilRead($request, 'one');
            echo 'two';
        });
    },
    '/stream-without-buffers' => static function (Request $request, Answer $answer, Output $output): void {
        $answer->head(200, []);
        stream($answer, $output, static function () use ($request): void {
            while (ob_get_level() > 0) {
                ob_end_clean();
            }
            foreach (['one', 'two'] as $part) {
                echo $part;
                flush();
                untilRead($request, $part);
            }
        });
    },
    '/stream-much' => static function (Request $request, Answer $answer, Output $output): void {
        $answer->head(200, []);
        stream($answer, $output, static function (): void {
            for ($i = 0; $i < 300; $i++) {
                echo str_repeat((string) ($i % 10), 10_000);
            }
        });
    },
    '/stream-forever' => static function (Request $request, Answer $answer, Output $output): void {
        $answer->head(200, []);
        stream($answer, $output, static function (): void {
            while (true) { // @phpstan-ignore while.alwaysTrue
                echo 'tick';
                flush();
                usleep(5000);
            }
        });
    },
    '/stream-stubborn' => static function (Request $request, Answer $answer, Output $output): void {
        ignore_user_abort(true);
        $answer->head(200, []);
        stream($answer, $output, static function (): void {
            while (connection_aborted() === 0) {
                echo 'tick';
                flush();
                usleep(5000);
            }
        });
        ignore_user_abort(false);
    },
    '/flush-before-answer' => static function (Request $request, Answer $answer, Output $output): void {
        http_response_code(202);
        header('Content-Type: text/event-stream');
        echo 'early';
        ob_flush();
        untilRead($request, 'early');
        echo ' late';
        $answer->bytes($output->take());
        $answer->end();
    },
    '/headers' => static function (Request $request, Answer $answer): void {
        header('X-Left: over');
        http_response_code(404);
        say($answer, 'ok');
    },
    '/headers-seen' => static fn (Request $request, Answer $answer) => say($answer, implode('|', headers_list()).http_response_code()),
    '/sleep' => static function (Request $request, Answer $answer): void {
        usleep(300_000);
        say($answer, 'slept');
    },
    '/spin' => static function (Request $request, Answer $answer): void {
        spinUntil($request->body);
        say($answer, 'spun');
    },
    '/stdout' => static function (Request $request, Answer $answer): void {
        fwrite(STDOUT, "to standard output\n");
        fwrite(STDERR, "to standard error\n");
        say($answer, 'said');
    },
    '/background' => static function (Request $request, Answer $answer): void {
        exec('sleep 60 > /dev/null 2>&1 & echo $!', $lines);
        say($answer, (string) $lines[0]);
    },
    '/abandon' => static function (): void {
    },
    '/ini' => static fn (Request $request, Answer $answer) => say($answer, ini_get('memory_limit').' '.ini_get('opcache.enable_cli')),
    '/environment' => static fn (Request $request, Answer $answer) => say($answer, implode(' ', array_map(
        static fn (string $name): string => $name.'='.var_export(getenv($name), true),
        ['BRIDGE_CONTROL_FD', 'BRIDGE_GENERATION', 'KEPT'],
    ))),
    '/descriptors' => static fn (Request $request, Answer $answer) => say($answer, (string) count(array_filter(
        scandir('/proc/self/fd') ?: [],
        static fn (string $number): bool => str_starts_with((string) @readlink("/proc/self/fd/{$number}"), 'socket:'),
    ))),
];
$handle = static function (Request $request, Answer $answer, Output $output) use ($routes): void {
    $route = $routes[$request->target] ?? null;
    if ($route === null) {
        say($answer, "{$request->method} {$request->target} {$request->body}");

        return;
    }
    $route($request, $answer, $output);
};

// The environment of the start is not there any more when a worker runs.
$gate = (string) getenv('TERMINATE_GATE');
$bootloader = match ($argv[1] ?? '') {
    'fails' => new FakeBootloader(static fn () => throw new DomainException('no database')),
    'exits' => new FakeBootloader(static fn () => exit(0)),
    'fatal' => new FakeBootloader(static function (): FakeApplication {
        eval('final class A {} class B extends A {}');

        return new FakeApplication;
    }),
    'changing-its-boot' => new FakeBootloader(static function () use ($handle): FakeApplication {
        $application = new FakeApplication($handle);
        $application->changedBoot = 'the request has changed /srv/app/.env';

        return $application;
    }),
    'noted' => new FakeBootloader(static fn () => new FakeApplication($handle), ['a note']),
    'waiting-terminate' => new FakeBootloader(static fn () => new FakeApplication($handle, static function () use ($gate): void {
        HandlerProcess::comesTrue(static fn (): bool => file_exists($gate)) || exit(1);
    })),
    'exit-in-terminate' => new FakeBootloader(static fn () => new FakeApplication($handle, static fn () => exit(0))),
    'ticks', 'exits-in-a-tick' => new FakeBootloader(static function () use ($handle, $argv): FakeApplication {
        $application = new FakeApplication($handle);
        $application->tick = static function () use ($argv): void {
            fwrite(STDERR, 'tick of '.getmypid()."\n");
            $argv[1] === 'ticks' || exit(0);
        };

        return $application;
    }),
    'printing-terminate' => new FakeBootloader(static fn () => new FakeApplication($handle, static function (): void {
        echo 'nobody reads this';
    })),
    default => new FakeBootloader(static fn () => new FakeApplication($handle)),
};

exit(Main::run([], $bootloader));
