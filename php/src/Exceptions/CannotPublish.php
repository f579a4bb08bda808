<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;

/**
 * A message was not published. It says what to look at, and holds no token.
 */
final class CannotPublish extends RuntimeException
{
    public static function badUrl(string $url): self
    {
        return new self("bridge.pubsub.url \"{$url}\" is not an URL such as http://127.0.0.1:8080/pubsub or http://unix:/run/app.sock:/pubsub.");
    }

    public static function unreachable(string $url, string $reason): self
    {
        return new self("The server at {$url} (bridge.pubsub.url) cannot be reached: {$reason}.");
    }

    public static function refused(string $url, int $status): self
    {
        return new self(match ($status) {
            401 => "The server at {$url} wants another PUBSUB_TOKEN (bridge.pubsub.token).",
            403 => "The server at {$url} lets nobody publish: set the same PUBSUB_TOKEN for the server and for bridge.pubsub.token.",
            404 => "The server has no topics at {$url} (bridge.pubsub.url): is PUBSUB_MOUNT set?",
            413 => 'The message is larger than PUBSUB_MAX_MESSAGE.',
            default => "The server at {$url} answered with {$status}.",
        });
    }

    public static function notTheServer(string $url): self
    {
        return new self("What answers at {$url} (bridge.pubsub.url) is not the server's PUBSUB_MOUNT.");
    }
}
