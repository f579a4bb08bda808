<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;

/**
 * The socket to the server takes no more bytes: the server is gone or has given this worker up.
 */
final class ConnectionLost extends RuntimeException
{
    public static function whileWriting(): self
    {
        return new self('The server closed the connection.');
    }
}
