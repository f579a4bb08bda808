<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

/** One page and how it is asked for. */
final class Scenario
{
    private const ECHOED = '{"name":"Ada Lovelace","email":"ada@example.com","age":36,"tags":["mathematics","engines"]}';

    /**
     * @param  array<string, string>  $headers
     * @param  bool  $php  whether PHP answers
     */
    private function __construct(
        public readonly string $name,
        public readonly string $method,
        public readonly string $target,
        public readonly array $headers = [],
        public readonly string $body = '',
        public readonly bool $session = false,
        public readonly bool $php = true,
    ) {
    }

    /** @return list<self> */
    public static function all(): array
    {
        return [
            new self('json', 'GET', '/api/ping'),
            new self('session', 'GET', '/session', session: true),
            new self('eloquent', 'GET', '/users', session: true),
            new self('echo', 'POST', '/api/echo', ['Content-Type' => 'application/json', 'Accept' => 'application/json'], self::ECHOED),
            new self('payload', 'GET', '/payload/1024'),
            new self('file', 'GET', '/20k.css', php: false),
        ];
    }

    public static function named(string $name): self
    {
        foreach (self::all() as $scenario) {
            if ($scenario->name === $name) {
                return $scenario;
            }
        }

        throw new \InvalidArgumentException("No scenario $name");
    }
}
