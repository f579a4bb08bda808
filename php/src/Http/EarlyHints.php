<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

use LaravelBridge\Wire\Answer;
use LaravelBridge\Worker\PhpHeaders;

/**
 * Informational answers from PHP: Symfony's sendHeaders(103) and sendEarlyHints() set their headers with header() and then
 * call headers_send(), a function that a server may have.
 *
 * There is one answer at a time in a process, and a function knows no objects.
 */
final class EarlyHints
{
    /** Every response object brings these of its own, the one of the hints and the one of the answer. */
    private const OF_ANSWER = ['date', 'cache-control', 'content-type', 'content-length', 'set-cookie'];

    private static ?Answer $answer = null;

    private static bool $sent = false;

    /** From here on, informational answers belong to this one. */
    public static function belongTo(Answer $answer): void
    {
        self::$answer = $answer;
        self::$sent = false;
        if (! function_exists('headers_send')) {
            require_once __DIR__.'/headers_send.php';
        }
    }

    /** Whether the client has been sent any for the present answer. */
    public static function sent(): bool
    {
        return self::$sent;
    }

    public static function send(int $status): bool
    {
        if (self::$answer === null || self::$answer->begun() || $status < 100 || $status > 199 || $status === 101) {
            return false;
        }
        $headers = [];
        foreach ((new PhpHeaders)->all() as [$name, $value]) {
            if (! in_array(strtolower($name), self::OF_ANSWER, true)) {
                $headers[] = [$name, $value];
            }
        }
        foreach (self::OF_ANSWER as $name) {
            if ($name !== 'set-cookie') {
                @header_remove($name);
            }
        }
        self::$answer->info($status, $headers);

        return self::$sent = true;
    }
}
