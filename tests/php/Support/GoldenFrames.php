<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

/**
 * Reads tests/wire: the frames and messages that both languages are tested with. Its README says what is in there.
 */
final class GoldenFrames
{
    /**
     * @return list<array<string, mixed>>
     */
    public static function read(string $file): array
    {
        $text = (string) file_get_contents(dirname(__DIR__, 2)."/wire/{$file}");

        return json_decode($text, true, 1100, JSON_THROW_ON_ERROR);
    }

    /**
     * Bytes as they are written there: isomorphic, and perhaps in parts.
     *
     * @param  string|list<string|array{repeat: string, times: int}>  $written
     */
    public static function bytes(string|array $written): string
    {
        if (is_string($written)) {
            return mb_convert_encoding($written, 'ISO-8859-1', 'UTF-8');
        }

        return implode('', array_map(
            static fn (string|array $part): string => is_string($part)
                ? self::bytes($part)
                : str_repeat(self::bytes($part['repeat']), $part['times']),
            $written,
        ));
    }
}
