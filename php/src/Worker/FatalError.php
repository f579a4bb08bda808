<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use ErrorException;

/**
 * The error that ended this process, told apart from the warnings that somebody silenced on the way.
 */
final class FatalError
{
    private const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;

    public static function last(): ?ErrorException
    {
        $error = error_get_last();

        return $error !== null && ($error['type'] & self::FATAL) !== 0
            ? new ErrorException($error['message'], 0, $error['type'], $error['file'], $error['line'])
            : null;
    }
}
