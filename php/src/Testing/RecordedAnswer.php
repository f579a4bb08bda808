<?php

declare(strict_types=1);

namespace LaravelBridge\Testing;

/**
 * All that a worker said about one request.
 */
final class RecordedAnswer
{
    /** @var list<array<string, mixed>> */
    public array $messages = [];

    /** @var list<string> body bytes, as they were framed */
    public array $chunks = [];

    /** @var array<string, mixed> */
    public array $head = [];

    /** @var array<string, mixed>|null */
    public ?array $ready = null;

    public bool $ended = false;

    /**
     * @param  array<string, mixed>|string  $frame
     */
    public function add(array|string $frame): void
    {
        if (is_string($frame)) {
            $this->chunks[] = $frame;

            return;
        }
        $this->messages[] = $frame;
        match ($frame['t'] ?? null) {
            'answer' => $this->head = $frame,
            'end' => $this->ended = true,
            'ready' => $this->ready = $frame,
            default => null,
        };
    }

    public function isOver(): bool
    {
        return $this->ready !== null;
    }

    public function status(): int
    {
        return is_int($this->head['status'] ?? null) ? $this->head['status'] : 0;
    }

    public function body(): string
    {
        return implode('', $this->chunks);
    }

    /**
     * @return array<array-key, mixed>
     */
    public function json(): array
    {
        $json = json_decode($this->body(), true);

        return is_array($json) ? $json : [];
    }

    /**
     * The values of all fields of this name, in order.
     *
     * @return list<string>
     */
    public function headers(string $name): array
    {
        $values = [];
        /** @var list<array{string, string}> $headers */
        $headers = $this->head['headers'] ?? [];
        foreach ($headers as [$field, $value]) {
            if (strcasecmp($field, $name) === 0) {
                $values[] = $value;
            }
        }

        return $values;
    }

    public function header(string $name): ?string
    {
        return $this->headers($name)[0] ?? null;
    }

    /**
     * @return list<string> the types of the messages, in order
     */
    public function types(): array
    {
        return array_map(static fn (array $message): string => is_string($message['t'] ?? null) ? $message['t'] : '?', $this->messages);
    }
}
