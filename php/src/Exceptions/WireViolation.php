<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;

/**
 * The other side of the socket broke the protocol (runtime/wire/PROTOCOL.md). Whoever reads it closes the connection.
 */
final class WireViolation extends RuntimeException
{
    public static function badLength(int $length): self
    {
        return new self("A frame announces {$length} bytes.");
    }

    public static function unknownMarker(int $byte): self
    {
        return new self(sprintf('A payload begins with 0x%02X.', $byte));
    }

    public static function badJson(string $why): self
    {
        return new self("A message does not parse: {$why}.");
    }

    public static function unexpected(string $what, string $wanted): self
    {
        return new self("{$what} arrived where {$wanted} was expected.");
    }

    public static function badMember(string $message, string $member): self
    {
        return new self("The member \"{$member}\" of \"{$message}\" is missing or of the wrong type.");
    }

    public static function notABytestring(): self
    {
        return new self('A string of bytes holds a character above U+00FF.');
    }

    public static function truncated(): self
    {
        return new self('The connection ended in the middle of a frame.');
    }
}
