<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use LaravelBridge\Exceptions\WireViolation;
use TypeError;

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
     * @param  bool|null  $isolate  whether the process ends after it; null: as it was started to do
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
        public readonly ?bool $isolate = null,
    ) {
    }

    /**
     * @param  array<string, mixed>  $message  a decoded "request", already out of its isomorphic form
     * @param  string  $body  the bytes of its frames
     */
    public static function fromMessage(array $message, string $body): self
    {
        if (! is_array($message['headers'] ?? null)) {
            throw WireViolation::badMember('request', 'headers');
        }
        foreach ($message['headers'] as $header) {
            if (! is_array($header) || count($header) !== 2 || ! is_string($header[0] ?? null) || ! is_string($header[1] ?? null)) {
                throw WireViolation::badMember('request', 'headers');
            }
        }
        /** @var list<array{string, string}> $headers */
        $headers = $message['headers'];
        try {
            $form = isset($message['form']) ? Form::fromMessage($message['form'], $body) : null;

            // The constructor's types are the check of the members' types.
            return new self(
                $message['id'] ?? self::missing('id'),
                $message['method'] ?? self::missing('method'),
                $message['target'] ?? self::missing('target'),
                $message['version'] ?? self::missing('version'),
                $message['scheme'] ?? self::missing('scheme'),
                $message['host'] ?? self::missing('host'),
                $message['client'][0] ?? self::missing('client'),
                $message['client'][1] ?? self::missing('client'),
                $message['server'][0] ?? self::missing('server'),
                $message['server'][1] ?? self::missing('server'),
                $message['time'] ?? self::missing('time'),
                $headers,
                $form === null ? $body : '',
                $message['spool'] ?? null,
                $message['length'] ?? self::missing('length'),
                $form,
                $message['isolate'] ?? null,
            );
        } catch (TypeError) {
            throw WireViolation::badMember('request', 'of a wrong type');
        }
    }

    private static function missing(string $member): never
    {
        throw WireViolation::badMember('request', $member);
    }
}
