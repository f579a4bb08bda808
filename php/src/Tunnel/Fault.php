<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use Illuminate\Auth\Access\AuthorizationException;
use Illuminate\Auth\AuthenticationException;
use Illuminate\Database\Eloquent\ModelNotFoundException;
use Illuminate\Database\RecordsNotFoundException;
use Illuminate\Validation\ValidationException;
use Symfony\Component\HttpKernel\Exception\HttpExceptionInterface;
use Throwable;

/** What a client is told of an exception. */
final class Fault
{
    private const NAMES = [400 => 'BAD_REQUEST', 401 => 'UNAUTHORIZED', 403 => 'FORBIDDEN', 404 => 'NOT_FOUND', 409 => 'CONFLICT', 422 => 'VALIDATION_ERROR', 429 => 'TOO_MANY_REQUESTS'];

    /**
     * The `error` of an answer. The message of an exception that is nobody's business is told only with `$debug`.
     *
     * @return array<string, mixed>
     */
    public static function of(Throwable $exception, bool $debug): array
    {
        if ($exception instanceof ValidationException) {
            return self::error($exception->status, $exception->getMessage()) + ['data' => ['errors' => $exception->errors()]];
        }
        $status = match (true) {
            $exception instanceof HttpExceptionInterface => $exception->getStatusCode(),
            $exception instanceof AuthenticationException => 401,
            $exception instanceof AuthorizationException => $exception->status() ?? 403,
            $exception instanceof ModelNotFoundException, $exception instanceof RecordsNotFoundException => 404,
            default => 500,
        };
        if ($status < 400 || $status > 599) {
            $status = 500;
        }

        return self::error($status, $status < 500 || $debug ? $exception->getMessage() : 'Internal Error');
    }

    /** @return array{message: string, code: int, codeName: string} */
    public static function error(int $status, string $message): array
    {
        $name = self::NAMES[$status] ?? 'INTERNAL_ERROR';

        return ['message' => $message === '' ? $name : $message, 'code' => $status, 'codeName' => $name];
    }
}
