<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use LaravelBridge\Exceptions\WireViolation;

/**
 * Strings of an HTTP head are bytes; in JSON each byte is the character of the same number, U+0000 to U+00FF.
 */
final class Isomorphic
{
    public static function toJson(string $bytes): string
    {
        return self::isAscii($bytes) ? $bytes : mb_convert_encoding($bytes, 'UTF-8', 'ISO-8859-1');
    }

    public static function fromJson(string $text): string
    {
        if (self::isAscii($text)) {
            return $text;
        }
        if (preg_match('/[^\x{00}-\x{FF}]/u', $text) !== 0) {
            throw WireViolation::notABytestring();
        }

        return mb_convert_encoding($text, 'ISO-8859-1', 'UTF-8');
    }

    public static function isAscii(string $text): bool
    {
        return preg_match('/[^\x00-\x7F]/', $text) === 0;
    }

    /**
     * @template T
     *
     * @param  T  $value  strings, or arrays of them
     * @return T
     */
    public static function deepFromJson(mixed $value): mixed
    {
        if (is_array($value)) {
            return array_map(self::deepFromJson(...), $value); // @phpstan-ignore return.type (the shape stays)
        }

        return is_string($value) ? self::fromJson($value) : $value; // @phpstan-ignore return.type (a string stays one)
    }
}
