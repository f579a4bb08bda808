<?php

declare(strict_types=1);

namespace LaravelBridge\Concurrency;

use Closure;
use LaravelBridge\Exceptions\TaskFailed;
use LaravelBridge\Worker\FatalError;
use LaravelBridge\Worker\Native;
use LaravelBridge\Worker\Worker;
use Throwable;

/**
 * The inside of a fork: runs its task, sends what became of it, and ends without any of the tidying up that is the
 * parent's to do: no shutdown functions, no destructors, none of its signal handlers, no byte to its client.
 */
final class Child
{
    private bool $sent = false;

    /** Of the output buffers, those that are the parent's. */
    private int $buffers = 0;

    /**
     * @param  resource  $stream  to the parent
     */
    public function __construct(private readonly Native $native, private readonly mixed $stream, private readonly int|string $key)
    {
    }

    /**
     * @param  callable(): mixed  $task
     * @param  (Closure(): void)|null  $entered
     * @param  (Closure(bool): void)|null  $leaving
     */
    public function run(callable $task, int $parent, ?Closure $entered, ?Closure $leaving): never
    {
        if ($this->native->dieWithParent(SIGKILL) && posix_getppid() !== $parent) {
            $this->end();
        }
        $this->becomeOwn();
        try {
            if ($entered !== null) {
                $entered();
            }
            $outcome = Outcome::value($task());
        } catch (Throwable $e) {
            $outcome = Outcome::thrown($e);
        }
        try {
            if ($leaving !== null) {
                $leaving($outcome->failure() === null);
            }
        } catch (Throwable $e) {
            $outcome = $outcome->failure() === null ? Outcome::thrown($e) : $outcome;
        }
        $this->send($outcome);
        $this->end();
    }

    private function becomeOwn(): void
    {
        Worker::abandon();
        $this->native->releaseOutput();
        $this->native->keepFromChildren($this->stream);
        for ($signal = 1; $signal < 32; $signal++) {
            if (! is_int(pcntl_signal_get_handler($signal))) {
                pcntl_signal($signal, SIG_DFL);
            }
        }
        mt_srand(random_int(PHP_INT_MIN, PHP_INT_MAX));
        // What the task prints has no place in the parent's output; it goes where that of any process goes.
        $this->buffers = ob_get_level();
        ob_start(static function (string $bytes): string {
            fwrite(STDOUT, $bytes);

            return '';
        }, 1);
        if ($this->native->reachesShutdownFunctions()) {
            $this->native->setShutdownFunctions(0);
        }
        register_shutdown_function($this->interrupted(...));
    }

    /** exit, or a fatal error. */
    private function interrupted(): void
    {
        ini_set('memory_limit', '-1');
        if (! $this->sent) {
            $fatal = FatalError::last();
            $this->send(Outcome::thrown($fatal === null ? TaskFailed::exited($this->key) : TaskFailed::fatal($this->key, $fatal)));
        }
        $this->end();
    }

    private function send(Outcome $outcome): void
    {
        $this->sent = true;
        $bytes = $outcome->encode($this->key);
        for ($at = 0; $at < strlen($bytes); $at += $written) {
            $written = @fwrite($this->stream, $at === 0 ? $bytes : substr($bytes, $at, 1 << 20));
            if ($written === false || $written === 0) {
                // Nobody listens any more.
                return;
            }
        }
    }

    private function end(): never
    {
        // What the parent's buffers hold is the parent's to print.
        while (ob_get_level() > $this->buffers && @ob_end_flush()) {
            continue;
        }
        $this->native->exitNow(0);
        // Without FFI this is the one end that runs nothing of the parent's.
        posix_kill((int) getmypid(), SIGKILL);
        exit(0);
    }
}
