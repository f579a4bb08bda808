<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** What came back on a connection, as far as it came. */
final class Reply
{
    /** @param  array<string, string>  $headers  names in small letters */
    private function __construct(
        public readonly int $status,
        public readonly array $headers,
        public readonly string $body,
        public readonly bool $whole,
    ) {
    }

    public static function none(): self
    {
        return new self(0, [], '', false);
    }

    /** The answer in these bytes; null while more of it may come. */
    public static function read(string $bytes, bool $ended): ?self
    {
        $headEnd = strpos($bytes, "\r\n\r\n");
        if ($headEnd === false) {
            return $ended ? self::none() : null;
        }
        $lines = explode("\r\n", substr($bytes, 0, $headEnd));
        $status = (int) substr($lines[0], 9, 3);
        $rest = substr($bytes, $headEnd + 4);
        if ($status < 200) {
            return self::read($rest, $ended);
        }
        $headers = [];
        foreach (array_slice($lines, 1) as $line) {
            [$name, $value] = explode(':', $line, 2);
            $headers[strtolower($name)] = trim($value);
        }
        if (isset($headers['transfer-encoding'])) {
            $body = self::unchunked($rest);
            $whole = $body !== null;
        } else {
            $length = (int) ($headers['content-length'] ?? PHP_INT_MAX);
            $whole = strlen($rest) >= $length;
            $body = $rest;
        }

        return $whole || $ended ? new self($status, $headers, $body ?? $rest, $whole) : null;
    }

    public function keepsAlive(): bool
    {
        return $this->whole && strtolower($this->headers['connection'] ?? '') !== 'close';
    }

    /** @return array<array-key, mixed> */
    public function json(): array
    {
        $data = json_decode($this->body, true);

        return is_array($data) ? $data : [];
    }

    private static function unchunked(string $bytes): ?string
    {
        $body = '';
        for ($at = 0; ($line = strpos($bytes, "\r\n", $at)) !== false;) {
            $size = (int) hexdec(substr($bytes, $at, $line - $at));
            if ($size === 0) {
                return strpos($bytes, "\r\n", $line + 2) === false ? null : $body;
            }
            $body .= substr($bytes, $line + 2, $size);
            $at = $line + 2 + $size + 2;
        }

        return null;
    }
}
