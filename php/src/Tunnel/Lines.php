<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use JsonException;

/** The two pipes of a worker: a JSON object on a line, each way. What comes for another job than the one that runs is kept for later. */
final class Lines
{
    private const ENCODE = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION;

    /** @var list<array<mixed>> of other jobs than the one that runs */
    private array $later = [];

    /** @var list<string|null> the body of the job that runs, as far as it was read on the way; null: its end */
    private array $pieces = [];

    private bool $cancelled = false;

    private bool $paused = false;

    /**
     * @param  resource  $input
     * @param  resource  $output
     */
    public function __construct(private $input, private $output)
    {
    }

    /**
     * The next message; null at the end of the input. Forgets what was said of the job before.
     *
     * @return array<mixed>|null
     */
    public function next(): ?array
    {
        $this->cancelled = $this->paused = false;
        $this->pieces = [];

        return array_shift($this->later) ?? $this->read();
    }

    /** A piece of the body of the job that runs; null after the last one, and when nobody waits for it any more. */
    public function chunk(int $id): ?string
    {
        while ($this->pieces === [] && ! $this->cancelled && $this->hear($id, true));

        return array_shift($this->pieces);
    }

    /** Whether nobody waits for the job that runs any more. */
    public function cancelled(int $id): bool
    {
        while (! $this->cancelled && $this->hear($id, false));

        return $this->cancelled;
    }

    /** Returns when the client takes more of the answer; false when it never will. */
    public function flows(int $id): bool
    {
        $this->cancelled($id);
        while ($this->paused && ! $this->cancelled && $this->hear($id, true));

        return ! $this->cancelled;
    }

    /**
     * @param  array<string, mixed>  $message
     *
     * @throws JsonException it cannot be written as JSON
     */
    public function write(array $message): void
    {
        fwrite($this->output, json_encode($message, self::ENCODE)."\n");
        fflush($this->output);
    }

    /** Takes one message about the job that runs; false where there is none, or, without waiting, none yet. */
    private function hear(int $id, bool $wait): bool
    {
        foreach ($this->later as $place => $message) {
            if (($message['id'] ?? null) === $id) {
                array_splice($this->later, $place, 1);

                return $this->take($message);
            }
        }
        while (($wait || $this->readable()) && ($message = $this->read()) !== null) {
            if (($message['id'] ?? null) === $id) {
                return $this->take($message);
            }
            $this->later[] = $message;
        }

        return false;
    }

    /** @param  array<mixed>  $message */
    private function take(array $message): bool
    {
        match ($message['type'] ?? null) {
            'cancel' => $this->cancelled = true,
            'pause' => $this->paused = true,
            'resume' => $this->paused = false,
            'chunk' => $this->pieces[] = (string) base64_decode((string) ($message['data'] ?? ''), true),
            'end' => $this->pieces[] = null,
            default => null,
        };

        return true;
    }

    private function readable(): bool
    {
        $read = [$this->input];
        $none = null;

        return stream_select($read, $none, $none, 0) === 1;
    }

    /** @return array<mixed>|null */
    private function read(): ?array
    {
        while (($line = fgets($this->input)) !== false) {
            $message = json_decode($line, true, 512, JSON_BIGINT_AS_STRING);
            if (is_array($message)) {
                return $message;
            }
        }

        return null;
    }
}
