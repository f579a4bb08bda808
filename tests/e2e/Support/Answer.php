<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

/** One HTTP answer as it came, the body without its chunks. */
final class Answer
{
    /** @param  list<array{string, string}>  $headers */
    public function __construct(
        public readonly string $version,
        public readonly int $status,
        public readonly string $reason,
        public readonly array $headers,
        public readonly string $body = '',
    ) {
    }

    /** The only value of that header, or null; more than one is an error of the test's expectation. */
    public function header(string $name): ?string
    {
        $values = $this->headers($name);
        if (count($values) > 1) {
            throw new \LogicException("$name came ".count($values).' times: '.implode(' | ', $values));
        }

        return $values[0] ?? null;
    }

    /** @return list<string> */
    public function headers(string $name): array
    {
        return array_values(array_map(
            static fn (array $header): string => $header[1],
            array_filter($this->headers, static fn (array $header): bool => strcasecmp($header[0], $name) === 0),
        ));
    }

    /** @return array<array-key, mixed> */
    public function json(): array
    {
        return json_decode($this->body, true, 512, JSON_THROW_ON_ERROR);
    }

    public function keepsAlive(): bool
    {
        $connection = strtolower($this->header('Connection') ?? '');

        return $this->version === '1.1' ? $connection !== 'close' : $connection === 'keep-alive';
    }

    public function withBody(string $body): self
    {
        return new self($this->version, $this->status, $this->reason, $this->headers, $body);
    }
}
