<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use LaravelBridge\Exceptions\WireViolation;

/**
 * One request as it came over the wire: bytes, not yet anybody's idea of a request.
 */
final class Request
{
    /**
     * @param  list<array{string, string}>  $headers  every field in order, repeats kept
     * @param  string  $body  the body when it travelled in frames; "" with a spool file or a form
     * @param  string|null  $spool  the file that holds the body; the server removes it after ready
     * @param  int  $length  bytes of the whole body, wherever it is
     */
    public function __construct(
        public readonly string $id,
        public readonly string $method,
        public readonly string $target,
        public readonly string $version = '1.1',
        public readonly string $scheme = 'http',
        public readonly string $host = '',
        public readonly string $clientAddress = '127.0.0.1',
        public readonly int $clientPort = 0,
        public readonly string $serverAddress = '127.0.0.1',
        public readonly int $serverPort = 80,
        public readonly float $time = 0.0,
        public readonly array $headers = [],
        public readonly string $body = '',
        public readonly ?string $spool = null,
        public readonly int $length = 0,
        public readonly ?Form $form = null,
    ) {}

    /**
     * @param  array<string, mixed>  $message  a decoded "request", already out of its isomorphic form
     * @param  string  $body  the bytes of its frames
     */
    public static function fromMessage(array $message, string $body): self
    {
        if (! isset($message['id'], $message['method'], $message['target'], $message['version'], $message['scheme'],
            $message['host'], $message['client'], $message['server'], $message['time'], $message['headers'], $message['length'])) {
            throw WireViolation::badMember('request', self::firstMissing($message));
        }
        $client = $message['client'];
        $server = $message['server'];
        $headers = $message['headers'];
        $spool = $message['spool'] ?? null;
        if (! is_string($message['id']) || ! is_string($message['method']) || ! is_string($message['target'])
            || ! is_string($message['version']) || ! is_string($message['scheme']) || ! is_string($message['host'])
            || ! is_array($client) || ! is_string($client[0] ?? null) || ! is_int($client[1] ?? null)
            || ! is_array($server) || ! is_string($server[0] ?? null) || ! is_int($server[1] ?? null)
            || ! (is_float($message['time']) || is_int($message['time'])) || ! is_array($headers)
            || ! is_int($message['length']) || ! ($spool === null || is_string($spool))) {
            throw WireViolation::badMember('request', 'of any name');
        }
        foreach ($headers as $header) {
            if (! is_array($header) || ! is_string($header[0] ?? null) || ! is_string($header[1] ?? null)) {
                throw WireViolation::badMember('request', 'headers');
            }
        }
        /** @var list<array{string, string}> $headers */
        $form = isset($message['form']) ? Form::fromMessage($message['form'], $body) : null;

        return new self(
            $message['id'], $message['method'], $message['target'], $message['version'], $message['scheme'], $message['host'],
            $client[0], $client[1], $server[0], $server[1], (float) $message['time'], $headers,
            $form === null ? $body : '', $spool, $message['length'], $form,
        );
    }

    /**
     * @param  array<string, mixed>  $message
     */
    private static function firstMissing(array $message): string
    {
        foreach (['id', 'method', 'target', 'version', 'scheme', 'host', 'client', 'server', 'time', 'headers'] as $member) {
            if (! isset($message[$member])) {
                return $member;
            }
        }

        return 'length';
    }
}
