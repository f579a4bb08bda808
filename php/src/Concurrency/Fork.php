<?php

declare(strict_types=1);

namespace LaravelBridge\Concurrency;

use LaravelBridge\Exceptions\TaskFailed;

/**
 * A task in a process of its own, as its parent sees it. Ends with outcome() or kill(); both leave no process behind.
 */
final class Fork
{
    /** Of a read: what comes back may be large. */
    private const CHUNK = 1 << 20;

    private readonly float $start;

    private string $received = '';

    /** The bytes of the whole message, once that is known. */
    private ?int $expected = null;

    private bool $closed = false;

    /**
     * @param  resource  $stream  the parent's end
     */
    public function __construct(private readonly int $pid, public readonly mixed $stream, private readonly int|string $key)
    {
        $this->start = hrtime(true) / 1e9;
        stream_set_blocking($stream, false);
        stream_set_chunk_size($stream, self::CHUNK);
    }

    /** Seconds since it was made. */
    public function age(): float
    {
        return hrtime(true) / 1e9 - $this->start;
    }

    /** Takes what there is. */
    public function read(): void
    {
        $bytes = @fread($this->stream, self::CHUNK);
        if ($bytes === false || ($bytes === '' && feof($this->stream))) {
            $this->closed = true;

            return;
        }
        $this->received .= $bytes;
        if ($this->expected === null && strlen($this->received) >= Outcome::HEAD) {
            $this->expected = Outcome::length($this->received);
        }
    }

    /** Whether it has said everything, or can say nothing more. */
    public function over(): bool
    {
        return $this->closed || ($this->expected !== null && strlen($this->received) >= $this->expected);
    }

    public function outcome(): Outcome
    {
        if ($this->expected !== null && strlen($this->received) === $this->expected) {
            $this->reap();
            $received = $this->received;
            $this->received = '';

            return Outcome::decode($received);
        }
        $status = $this->reap();

        return Outcome::thrown($status !== null && pcntl_wifsignaled($status)
            ? TaskFailed::killed($this->key, (int) pcntl_wtermsig($status))
            : TaskFailed::silent($this->key));
    }

    public function kill(): void
    {
        posix_kill($this->pid, SIGKILL);
        $this->reap();
    }

    /**
     * @return int|null its status; null where somebody else has asked for it first
     */
    private function reap(): ?int
    {
        if (is_resource($this->stream)) {
            fclose($this->stream);
        }
        do {
            $pid = pcntl_waitpid($this->pid, $status);
        } while ($pid === -1 && pcntl_get_last_error() === PCNTL_EINTR);

        return $pid === $this->pid ? $status : null;
    }
}
