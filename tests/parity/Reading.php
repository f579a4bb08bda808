<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

use LaravelBridge\E2e\Support\Answer;

/** An answer taken apart into items that can be compared one by one. What is never the same twice is written over. */
final class Reading
{
    /** How the bytes travel, and who sends them. */
    private const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'server', 'date', 'set-cookie', 'x-request-id'];

    /** @return array<string, string> */
    public static function of(Answer $answer): array
    {
        $items = ['status' => (string) $answer->status];
        foreach ($answer->headers as [$name]) {
            $name = strtolower($name);
            if (! in_array($name, self::OF_THE_CONNECTION, true)) {
                $items["header $name"] = self::masked(implode(' | ', $answer->headers($name)));
            }
        }
        foreach ($answer->headers('Set-Cookie') as $number => $cookie) {
            [$name, $rest] = explode('=', $cookie, 2) + [1 => ''];
            $items["cookie $name"] = self::cookie($rest);
        }
        $json = json_decode($answer->body, true);
        if (is_array($json)) {
            return $items + self::flat('body', $json);
        }

        return $items + ['body' => self::masked($answer->body)];
    }

    /** What is encrypted differs each time, and so does the time of its end. */
    private static function cookie(string $cookie): string
    {
        [$value, $attributes] = explode(';', $cookie, 2) + [1 => ''];
        $value = str_starts_with($value, 'eyJ') ? 'ENCRYPTED' : $value;
        $attributes = (string) preg_replace_callback('/expires=([^;]+)/i', static fn (array $match): string => 'expires='.round((strtotime($match[1]) - time()) / 60).' min', $attributes);

        return "$value;".preg_replace('/Max-Age=\d\d+/', 'Max-Age=N', $attributes);
    }

    private static function masked(string $text): string
    {
        $text = (string) preg_replace('/name="_token" value="[^"]+"|name="csrf-token" content="[^"]+"/', 'TOKEN', $text);
        $text = (string) preg_replace('/sf-dump-\d+/', 'sf-dump-N', $text);

        // The foot of each page of the demo.
        return (string) preg_replace('/(fpm-fcgi|cli) · process \d+/', 'PROCESS', $text);
    }

    /**
     * @param  array<array-key, mixed>  $tree
     * @return array<string, string>
     */
    private static function flat(string $path, array $tree): array
    {
        $items = $tree === [] ? [$path => '[]'] : [];
        foreach ($tree as $key => $value) {
            $items += is_array($value) ? self::flat("$path.$key", $value) : ["$path.$key" => self::masked((string) json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE))];
        }

        return $items;
    }
}
