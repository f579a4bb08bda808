<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use LaravelBridge\Laravel\Resetter;

/**
 * Error and exception handlers that a request set and did not take back.
 */
final class ErrorHandlers implements Resetter
{
    /** A request that nests deeper than this does not do it by mistake. */
    private const DEPTH = 20;

    /** @var callable|null */
    private readonly mixed $error;

    /** @var callable|null */
    private readonly mixed $exception;

    public function __construct()
    {
        $this->error = self::currentError();
        $this->exception = self::currentException();
    }

    public function reset(): void
    {
        for ($i = 0; $i < self::DEPTH && self::currentError() !== $this->error; $i++) {
            restore_error_handler();
        }
        for ($i = 0; $i < self::DEPTH && self::currentException() !== $this->exception; $i++) {
            restore_exception_handler();
        }
    }

    private static function currentError(): ?callable
    {
        $handler = set_error_handler(null);
        restore_error_handler();

        return $handler;
    }

    private static function currentException(): ?callable
    {
        $handler = set_exception_handler(null);
        restore_exception_handler();

        return $handler;
    }
}
