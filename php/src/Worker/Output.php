<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Closure;
use LaravelBridge\Exceptions\ConnectionLost;
use LaravelBridge\Exceptions\WireViolation;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\WorkerConnection;

/**
 * Everything the application prints during one request. Before there is an answer it is kept, as FPM keeps it in
 * output_buffering; a flush, or more of it than the buffer takes, sends it, with the head that PHP's own functions
 * have made so far. While a response streams, every flush becomes a frame.
 *
 * One for the whole life of a worker: begin for each request, then take or stream, and finish in any case.
 */
final class Output
{
    /** What a web server's buffer holds before it must go out without being asked to. */
    private const BUFFER = 8192;

    /** What may be printed before there is a response and still go behind its head. */
    private const KEPT = 65_536;

    private ?Answer $answer = null;

    private int $level = 0;

    private bool $streaming = false;

    private bool $escaped = false;

    private bool $discard = false;

    private bool $aborted = false;

    private string $loose = '';

    /** @var Closure(string, int): string */
    private readonly Closure $callback;

    public function __construct(
        private readonly WorkerConnection $connection,
        private readonly Native $native,
        private readonly PhpHeaders $headers,
    ) {
        $this->callback = $this->print(...);
        $native->captureOutput($this->escape(...), $this->flushed(...));
    }

    public function begin(Answer $answer): void
    {
        $this->answer = $answer;
        $this->streaming = false;
        $this->discard = $this->aborted = false;
        $this->loose = '';
        $this->level = ob_get_level();
        ob_start($this->callback, self::KEPT);
    }

    /**
     * What was printed so far and not sent; printing afterwards is lost unless stream() is called.
     */
    public function take(): string
    {
        while (ob_get_level() > $this->level + 1) {
            // Buffers left open belong inside the one that is still to be closed, as at the end of a script.
            @ob_end_flush();
        }
        $this->streaming = false;
        $printed = $this->loose;
        $this->loose = '';
        if (ob_get_level() > $this->level) {
            $printed .= (string) ob_get_contents();
            $this->discard = true;
            @ob_end_clean();
            $this->discard = false;
        }

        return $printed;
    }

    /**
     * Whether the application has opened buffers of its own, whose callbacks have a say in what is behind them.
     */
    public function nested(): bool
    {
        return ob_get_level() > $this->level + 1;
    }

    /**
     * From here on what is printed is the body of the answer. Its head may still be missing: then it is made of what PHP's own
     * functions have said when the first bytes leave.
     *
     * @param  string  $printed  what stands before it
     */
    public function stream(string $printed = ''): void
    {
        $printed .= $this->take();
        $this->streaming = true;
        // With flush() in our hands a buffer may gather echoes as a web server does; else each echo is a frame.
        ob_start($this->callback, $this->native->available() ? self::BUFFER : 1);
        echo $printed;
    }

    /**
     * Whether header() and its kin are heard, as under a web server until the first bytes leave.
     */
    public function hearsHeaders(): bool
    {
        return $this->native->collectsHeaders() && ! headers_sent();
    }

    /**
     * Whether output went around all buffers: PHP then believes for good that headers are sent.
     */
    public function escaped(): bool
    {
        return $this->escaped;
    }

    /**
     * Whether the client has left, and printing has no reader. When that ended the script, it did so inside a buffer's
     * callback, where PHP lets nobody touch buffers any more.
     */
    public function aborted(): bool
    {
        return $this->aborted;
    }

    /** Where memory has run out, PHP has thrown all buffers away; what shutdown functions print still belongs to the answer. */
    public function reopen(): void
    {
        if ($this->answer !== null && ob_get_level() <= $this->level) {
            ob_start($this->callback, self::KEPT);
        }
    }

    /** The answer is whole: what is printed from here on has no reader. */
    public function unread(): void
    {
        ob_start($this->callback, self::KEPT);
    }

    public function finish(): void
    {
        $this->discard = true;
        while (ob_get_level() > $this->level) {
            if (! @ob_end_clean()) {
                break;
            }
        }
        $this->answer = null;
        $this->streaming = false;
    }

    /** The callback of our output buffer. */
    private function print(string $bytes, int $phase): string
    {
        if ($this->answer === null || $this->discard || ($phase & PHP_OUTPUT_HANDLER_CLEAN) !== 0) {
            return '';
        }
        $this->send($bytes);

        return '';
    }

    /** What the engine would write to standard output: the application has ended all buffers, ours included. */
    private function escape(string $bytes): void
    {
        if ($this->answer === null) {
            fwrite(STDERR, $bytes);

            return;
        }
        $this->escaped = true;
        $this->loose .= $bytes;
        if (strlen($this->loose) >= self::BUFFER) {
            $this->flushed();
        }
    }

    /** flush() was called, or the loose bytes are many. */
    private function flushed(): void
    {
        if ($this->answer === null || $this->discard) {
            return;
        }
        if ($this->streaming && ob_get_level() === $this->level + 1) {
            ob_flush();

            return;
        }
        if ($this->loose !== '') {
            $bytes = $this->loose;
            $this->loose = '';
            $this->send($bytes);
        }
    }

    private function send(string $bytes): void
    {
        if ($this->answer === null || $this->answer->ended()) {
            return;
        }
        try {
            if (! $this->answer->begun()) {
                if ($bytes === '' && ! $this->streaming) {
                    return;
                }
                $this->headers->settle();
                $this->answer->head($this->headers->status() ?? 200, $this->headers->forPlainOutput());
                HeadersSent::ofProcess()->set(true);
            }
            if (! $this->connection->cancelled()) {
                $this->answer->bytes($bytes);
                $this->answer->flush();

                return;
            }
        } catch (ConnectionLost|WireViolation) {
            // The server is gone: for the application that is a client that has left.
        }
        $this->discard = $this->aborted = true;
        $this->native->abortConnection();
        if (! $this->native->available() && ignore_user_abort() === 0) {
            exit(0);
        }
    }
}
