<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;

/**
 * The socket path cannot be bound. The message is complete: it is what the person who started the handler reads.
 */
final class CannotListen extends RuntimeException
{
    public static function pathTooLong(string $path, int $limit): self
    {
        return new self(sprintf('SOCKET_PATH "%s" has %d bytes; a Unix socket takes %d.', $path, strlen($path), $limit));
    }

    public static function inUse(string $path): self
    {
        return new self("Another process listens on \"{$path}\". Stop it, or choose another SOCKET_PATH.");
    }

    public static function notASocket(string $path): self
    {
        return new self("\"{$path}\" exists and is no socket. It is left untouched; choose another SOCKET_PATH.");
    }

    public static function refused(string $path, string $reason): self
    {
        return new self("Cannot listen on \"{$path}\": {$reason}.");
    }
}
