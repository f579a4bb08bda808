<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * A backtrace as the log shows it: one line for each frame, "file:line function", the innermost first, down to where
 * the application was called.
 */
final class Stack
{
    /** Recursion without end is recognised by less. */
    private const MOST = 100;

    /**
     * @param  list<array{function: string, class?: class-string, type?: string, file?: string, line?: int}>  $trace  from debug_backtrace() in a signal handler
     * @return list<string>
     */
    public static function frames(array $trace): array
    {
        $frames = [];
        // A frame says where its function was called; where that was is in the function of the next one.
        foreach ($trace as $depth => $call) {
            $caller = $trace[$depth + 1] ?? ['function' => '{main}'];
            if (($caller['class'] ?? null) === Worker::class && $depth > 0) {
                break;
            }
            if (count($frames) === self::MOST) {
                $frames[] = sprintf('and %d more', count($trace) - $depth);
                break;
            }
            $place = isset($call['file']) ? $call['file'].':'.($call['line'] ?? 0) : '[internal]';
            $frames[] = $place.' '.($caller['class'] ?? '').($caller['type'] ?? '').$caller['function'].'()';
        }

        return $frames;
    }
}
