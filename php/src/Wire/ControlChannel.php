<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use LaravelBridge\Exceptions\ConnectionLost;
use Throwable;

/**
 * The handler's line to the runtime. Without a runtime (started by hand) nobody listens and nothing is ever said.
 *
 * Owned by the handler. close() in a fork closes only the fork's copy.
 */
final class ControlChannel
{
    private readonly ?FrameReader $reader;

    private readonly ?FrameWriter $writer;

    /**
     * @param  resource|null  $stream
     */
    public function __construct(private readonly mixed $stream)
    {
        $this->reader = $stream === null ? null : new FrameReader($stream);
        $this->writer = $stream === null ? null : new FrameWriter($stream);
    }

    /**
     * @return resource|null
     */
    public function stream(): mixed
    {
        return $this->stream;
    }

    public function booting(string $step, bool $debugger = false): void
    {
        $this->say('booting', ['step' => $step] + ($debugger ? ['debugger' => true] : []));
    }

    public function failed(string $step, Throwable $e): void
    {
        $this->say('failed', [
            'step' => $step,
            'class' => $e::class,
            'message' => $e->getMessage(),
            'file' => $e->getFile(),
            'line' => $e->getLine(),
            'trace' => substr($e->getTraceAsString(), 0, 65_536),
        ]);
    }

    /**
     * @param  list<string>  $notes
     */
    public function listening(string $path, int $capacity, string $laravel, int $milliseconds, array $notes): void
    {
        $this->say('listening', [
            'path' => $path,
            'pid' => (int) getmypid(),
            'capacity' => $capacity,
            'php' => PHP_VERSION,
            'laravel' => $laravel,
            'ms' => $milliseconds,
            'notes' => $notes,
        ]);
    }

    /**
     * @param  string|null  $role  what it is where it is no worker: "ticks"
     */
    public function forked(int $pid, ?string $role = null): void
    {
        $this->say('forked', ['pid' => $pid] + ($role === null ? [] : ['role' => $role]));
    }

    public function exited(int $pid, int $code, int $signal, float $user, float $system, int $peak): void
    {
        $this->say('exited', ['pid' => $pid, 'code' => $code, 'signal' => $signal, 'user' => $user, 'system' => $system, 'peak' => $peak]);
    }

    /**
     * The next command, when the stream is readable; null when the runtime has ended.
     *
     * @return array<string, mixed>|null
     */
    public function next(): ?array
    {
        $payload = $this->reader?->next();

        return $payload === null ? null : Message::decode($payload);
    }

    public function hasMore(): bool
    {
        return $this->reader !== null && $this->reader->ready();
    }

    public function close(): void
    {
        if (is_resource($this->stream)) {
            fclose($this->stream);
        }
    }

    /**
     * @param  array<string, mixed>  $members
     */
    private function say(string $type, array $members): void
    {
        if ($this->writer === null) {
            return;
        }
        try {
            $this->writer->message(Message::encode($type, $members));
            $this->writer->flush();
        } catch (ConnectionLost) {
            // The runtime has ended; the read side sees it too, and ends the handler.
        }
    }
}
