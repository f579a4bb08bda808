<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

/**
 * The numbers of a frame, as drawn in runtime/wire/PROTOCOL.md: four bytes of length, big-endian, then the payload.
 */
final class Frame
{
    public const HEADER = 4;

    /** The first byte of a payload of body bytes. */
    public const BYTES = "\0";

    public const MAX_MESSAGE = 1_048_576;

    /** The longest run of body bytes in one frame, without the marker. */
    public const MAX_BYTES = 1_048_576;

    public static function message(string $json): string
    {
        return pack('N', strlen($json)).$json;
    }

    public static function bytes(string $bytes): string
    {
        return pack('N', strlen($bytes) + 1).self::BYTES.$bytes;
    }
}
