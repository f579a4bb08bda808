<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

/** The call that a task or listener answers, beside its input: ask for it by its type. */
final class Call
{
    /**
     * @param  string  $name  the id of the task or event
     * @param  array<string, string>  $contexts  what the client sends along (x-runner-context), text by id
     * @param  array{method: string, path: string, headers: array<string, string>}|null  $context  of the HTTP request, with TUNNEL_CONTEXT
     */
    public function __construct(
        private readonly Lines $lines,
        private readonly int $id,
        public readonly string $name,
        public readonly array $contexts = [],
        public readonly ?array $context = null,
        public readonly ?Body $body = null,
    ) {
    }

    /** Whether the client has left or the time is over: nobody waits for the answer. */
    public function cancelled(): bool
    {
        return $this->lines->cancelled($this->id);
    }
}
