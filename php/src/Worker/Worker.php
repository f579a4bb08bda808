<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Closure;
use LaravelBridge\Exceptions\ConnectionLost;
use LaravelBridge\Exceptions\WireViolation;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\Hello;
use LaravelBridge\Wire\Message;
use LaravelBridge\Wire\Request;
use LaravelBridge\Wire\WorkerConnection;
use Throwable;

/**
 * Serves one connection, one request at a time: take, handle, answer, terminate, reset, ready.
 *
 * Lives in a process of its own, forked for this connection; without pcntl in the handler's. run() returns when the server
 * closes the connection. Where the application ends the process (exit, a fatal error), a shutdown function finishes the
 * answer with what there is.
 */
final class Worker
{
    /** Bytes of garbage in cycles that may gather: PHP itself collects by number, and one that holds much may be rare. */
    private const GARBAGE = 2 << 20;

    private readonly Output $output;

    private readonly PhpHeaders $headers;

    private readonly PhpSession $session;

    private readonly ShutdownFunctions $shutdownFunctions;

    private readonly Closure $beforeEnd;

    private readonly int $pid;

    /** Seconds of processor time for a request, as php.ini says; the CLI itself knows no limit. 0: none. */
    private readonly int $timeLimit;

    private int $served = 0;

    /** Bytes in use after the last collection. */
    private int $clean;

    /** The answer of the running request, from taken until ready. */
    private ?Answer $answer = null;

    /** Of that request; empty while there is none. */
    private string $id = '';

    /** Whether the running request has called a debugger, which stays attached to this process. */
    private bool $debugged = false;

    private bool $stopping = false;

    private bool $listening = false;

    /** Whether some of the answer had left before the application ended the process. */
    private bool $begun = false;

    /** The worker of this process: what ends a process knows no objects. */
    private static ?self $current = null;

    public function __construct(
        private readonly Application $application,
        private readonly WorkerConnection $connection,
        private readonly Retirement $retirement,
        private readonly Native $native,
        private readonly Isolation $isolation = Isolation::Worker,
        private readonly ?OpcodeCache $opcodeCache = null,
    ) {
        $this->pid = (int) getmypid();
        $this->clean = memory_get_usage();
        $this->timeLimit = PhpIni::timeLimit();
        $this->headers = new PhpHeaders;
        $this->session = new PhpSession;
        $this->beforeEnd = $this->tellChangedBoot(...);
        $this->output = new Output($connection, $native, $this->headers);
        $this->shutdownFunctions = new ShutdownFunctions($native, fn (bool $over) => $over ? $this->finishInterrupted() : $this->shutdown());
    }

    /**
     * @return int the code to exit with
     */
    public function run(Hello $hello): int
    {
        try {
            $refusal = $this->connection->open($hello);
            if ($refusal !== null) {
                fwrite(STDERR, "worker {$this->pid}: refused: {$refusal}\n");

                return 0;
            }
            self::$current = $this;
            register_shutdown_function(fn () => $this->shutdownFunctions->apart() ? null : $this->shutdown());

            return $this->serve();
        } catch (ConnectionLost) {
            return 0;
        } catch (WireViolation $e) {
            fwrite(STDERR, "worker {$this->pid}: {$e->getMessage()}\n");

            return 1;
        }
    }

    /**
     * Ends after the running request, or at once when there is none. May be called from a signal handler.
     */
    public function stop(): void
    {
        $this->stopping = true;
        if ($this->listening) {
            $this->leave(0);
        }
    }

    /**
     * Tells the server where PHP is in the running request; a signal handler, so it throws nothing into the application.
     */
    public function tellStack(): void
    {
        if ($this->id === '') {
            return;
        }
        try {
            $this->connection->stack($this->id, Stack::frames(debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS)));
        } catch (Throwable) {
            // Who asked is gone, or cannot read it: nobody else needs to know.
        }
    }

    /**
     * Ends the process: the application's shutdown functions run, then nothing else of PHP's.
     */
    public function leave(int $code): never
    {
        $this->listening = false;
        $this->answer = null;
        $this->application->stop();
        $this->connection->close();
        register_shutdown_function(function () use ($code): void {
            // Registered last, but what is registered meanwhile runs still later.
            register_shutdown_function(function () use ($code): void {
                if ($this->isolation === Isolation::Boot) {
                    // Where the application was there before the fork, all of it would be copied for this.
                    $this->destruct();
                }
                $this->native->exitNow($code);
            });
        });
        exit($code);
    }

    /**
     * The first of all shutdown functions, registered before the application is booted: what comes after it may need
     * memory, and may print an error page.
     */
    public static function ending(): void
    {
        ini_set('memory_limit', '-1');
        if (self::$current !== null) {
            self::$current->begun = self::$current->answer !== null && self::$current->answer->begun();
        }
    }

    /**
     * In a process that was forked in the middle of a request, to do something for it: there is no worker here, and the
     * connection is somebody else's.
     */
    public static function abandon(): void
    {
        $worker = self::$current;
        self::$current = null;
        if ($worker !== null) {
            $worker->answer = null;
            $worker->connection->close();
        }
    }

    /**
     * Ends the answer of the running request with what was printed so far; the request itself goes on.
     *
     * @return bool whether there was one to end
     */
    public static function finishRequest(): bool
    {
        $worker = self::$current;
        if ($worker === null || $worker->answer === null || $worker->answer->ended()) {
            return false;
        }
        $worker->finishAnswer($worker->answer, null);
        $worker->output->unread();

        return true;
    }

    private function serve(): int
    {
        $retiring = false;
        while (true) {
            $this->listening = true;
            // In this order: a signal from here on ends the process itself.
            if ($this->stopping) {
                break;
            }
            $request = $this->connection->nextRequest($this->pong(...));
            $this->listening = false;
            if ($request === null) {
                break;
            }
            if ($retiring) {
                throw WireViolation::unexpected('A request', 'the end, after "retire"');
            }
            $last = $this->isolation->endsWith($request->isolate);
            if ($last) {
                $this->application->last();
            }
            if (! $this->answer($request)) {
                return 1;
            }
            $retiring = $this->ready($last);
        }

        return 0;
    }

    /**
     * @return bool whether the answer is whole
     */
    private function answer(Request $request): bool
    {
        $this->served++;
        $this->headers->forget();
        $this->answer = $answer = $this->connection->answer($this->beforeEnd);
        $this->id = $request->id;
        $this->connection->taken();
        $this->debugged = Debugger::attach($request);
        $this->output->begin($answer);
        $this->shutdownFunctions->begin();
        if ($this->timeLimit > 0) {
            set_time_limit($this->timeLimit);
        }
        // What the handler and we have tried in vain is no error of this request's.
        error_clear_last();
        $connected = true;
        try {
            $this->application->handle($request, $answer, $this->output);
        } catch (ConnectionLost) {
            $connected = false;
        } catch (Throwable $e) {
            $this->application->report($e);
        }
        foreach ([$this->application->terminate(...), $this->shutdownFunctions->call(...)] as $afterwards) {
            try {
                $afterwards();
            } catch (Throwable $e) {
                $this->application->report($e);
            }
        }
        $this->session->write();
        if ($this->timeLimit > 0) {
            set_time_limit(0);
        }
        // What terminable work prints has no reader: the client has its whole answer.
        $this->output->finish();
        $this->answer = null;
        $this->id = '';

        return $connected && $answer->ended();
    }

    /**
     * @return bool whether there must be no request after this one
     */
    private function ready(bool $isolate): bool
    {
        $findings = [];
        // Also where nobody comes after it: open transactions would block others until the process has ended.
        $this->application->reset();
        if ($isolate) {
            $why = 'one request for each process';
        } else {
            $findings = $this->application->findings();
            $this->collect();
            $why = match (true) {
                $this->output->escaped() => 'output went around all buffers',
                $this->debugged => 'a debugger was asked for',
                $this->session->used() => "PHP's own session belongs to the process",
                default => null,
            };
        }
        $full = $this->opcodeCache?->worn($this->served);
        if ($full !== null) {
            $this->connection->outdated($full, false);
        }
        // Who has merely served for long goes on until there is a replacement.
        $worn = $why === null ? $this->retirement->why($this->served, memory_get_usage(true)) : null;
        $this->sayReady($why ?? $worn, $findings, $worn !== null);

        return $why !== null;
    }

    /**
     * @param  list<array{kind: string, place: string, what: string, route: string, advice: string}>  $findings
     */
    private function sayReady(?string $why, array $findings = [], bool $patient = false): void
    {
        $this->connection->ready(memory_get_usage(true), memory_get_peak_usage(true), $this->served, $why, $findings, $patient);
        if (function_exists('memory_reset_peak_usage')) {
            memory_reset_peak_usage();
        }
    }

    /** An installer has written .env: the client's next request must not meet an application that does not know it. */
    private function tellChangedBoot(): void
    {
        $changed = $this->application->changedBoot();
        if ($changed !== null) {
            $this->connection->outdated($changed, true);
        }
    }

    private function collect(): void
    {
        if (memory_get_usage() > $this->clean + self::GARBAGE) {
            gc_collect_cycles();
            $this->clean = memory_get_usage();
        }
    }

    private function pong(): string
    {
        return Message::encode('pong', ['memory' => memory_get_usage(true), 'requests' => $this->served]);
    }

    private function shutdown(): void
    {
        if ($this->answer !== null && getmypid() === $this->pid) {
            // The application's own shutdown functions belong to the request, and may print.
            $this->output->reopen();
            register_shutdown_function($this->finishInterrupted(...));
        }
    }

    /**
     * The application ended the process: as under FPM the client gets what was printed, with status and headers so far.
     */
    private function finishInterrupted(): void
    {
        $answer = $this->answer;
        $this->answer = null;
        if ($answer === null) {
            return;
        }
        $fatal = $this->fatalError();
        $this->destruct();
        // Before the answer: the client's next request may come to another worker at once.
        $this->session->write();
        $whole = false;
        try {
            if (! $answer->ended()) {
                $this->finishAnswer($answer, $fatal);
            }
            if ($answer->ended()) {
                $this->sayReady($fatal ?? 'the application ended the process');
                $whole = true;
            }
        } catch (ConnectionLost) {
            // Nobody is left to tell.
        }
        $this->application->stop();
        $this->connection->close();
        // An end that was announced is none to be alarmed about.
        $this->native->exitNow($fatal === null || $whole ? 0 : 255);
    }

    /** As at the end of a script; after a fatal error PHP calls none. */
    private function destruct(): void
    {
        try {
            $this->native->callDestructors();
        } catch (Throwable $e) {
            $this->application->report($e);
        }
    }

    private function finishAnswer(Answer $answer, ?string $fatal): void
    {
        $printed = $this->output->aborted() ? '' : $this->output->take();
        if ($answer->begun()) {
            $answer->bytes($printed);
            if ($fatal !== null && $this->begun) {
                // Half a body must not look like a whole one: without an end the server cuts the client's connection.
                $answer->flush();

                return;
            }
        } elseif ($fatal !== null && $printed === '') {
            $answer->head(500, [['Content-Type', 'text/plain; charset=UTF-8']]);
            $answer->bytes("Internal Server Error\n");
        } else {
            $this->headers->settle();
            $status = $this->headers->status() ?? 200;
            $answer->head($fatal !== null && $status === 200 ? 500 : $status, $this->headers->forPlainOutput());
            $answer->bytes($printed);
        }
        $answer->end(memory_get_peak_usage());
    }

    private function fatalError(): ?string
    {
        $error = FatalError::last();

        return $error === null ? null : 'a fatal error: '.strtok($error->getMessage(), "\n");
    }
}
