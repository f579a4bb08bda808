<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

/** A form with files, as a browser writes it. */
final class Multipart
{
    private const BOUNDARY = '----e2eBoundary7MA4YWxkTrZu0gW';

    private string $parts = '';

    public function field(string $name, string $value): self
    {
        return $this->part("name=\"$name\"", $value);
    }

    public function file(string $field, string $name, string $type, string $bytes): self
    {
        $name = str_replace('"', '%22', $name);

        return $this->part("name=\"$field\"; filename=\"$name\"\r\nContent-Type: $type", $bytes);
    }

    public function type(): string
    {
        return 'multipart/form-data; boundary='.self::BOUNDARY;
    }

    public function body(): string
    {
        return $this->parts.'--'.self::BOUNDARY."--\r\n";
    }

    private function part(string $head, string $bytes): self
    {
        $this->parts .= '--'.self::BOUNDARY."\r\nContent-Disposition: form-data; $head\r\n\r\n$bytes\r\n";

        return $this;
    }
}
