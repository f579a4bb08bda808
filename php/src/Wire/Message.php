<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use JsonException;
use LaravelBridge\Exceptions\WireViolation;

/**
 * Text of a message to array and back. What a message means is for its readers (Request, WorkerConnection, ControlChannel).
 */
final class Message
{
    /** 512 levels; PHP counts the empty inside of the last one too. */
    private const DEPTH = 513;

    /**
     * @return array<string, mixed> with a string "t"
     */
    public static function decode(string $payload): array
    {
        if ($payload[0] !== '{') {
            throw WireViolation::unexpected('A frame of bytes', 'a message');
        }
        try {
            $message = json_decode($payload, true, self::DEPTH, JSON_THROW_ON_ERROR);
        } catch (JsonException $e) {
            throw WireViolation::badJson($e->getMessage());
        }
        if (! is_array($message) || ! is_string($message['t'] ?? null)) {
            throw WireViolation::badMember('?', 't');
        }

        return $message;
    }

    /**
     * @param  array<string, mixed>  $message  what decode() returned
     */
    public static function type(array $message): string
    {
        return is_string($message['t']) ? $message['t'] : '';
    }

    /**
     * @param  array<string, mixed>  $members
     */
    public static function encode(string $type, array $members = []): string
    {
        // Texts for people (a trace, a path) may hold broken UTF-8; they must not cost the message.
        return json_encode(
            ['t' => $type] + $members,
            JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PRESERVE_ZERO_FRACTION,
        );
    }
}
