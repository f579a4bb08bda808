<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;
use Throwable;

/**
 * A task that ran in a process of its own gave neither a result nor an exception that could be thrown again.
 */
final class TaskFailed extends RuntimeException
{
    private bool $late = false;

    public static function timeout(int|string $key, float $seconds): self
    {
        $failure = new self("The task [{$key}] was ended: it took longer than {$seconds} seconds.");
        $failure->late = true;

        return $failure;
    }

    /** Whether its time was over. */
    public function late(): bool
    {
        return $this->late;
    }

    public static function killed(int|string $key, int $signal): self
    {
        return new self("The process of the task [{$key}] was ended by signal {$signal}.");
    }

    public static function exited(int|string $key): self
    {
        return new self("The task [{$key}] ended its process (exit, die or dd) and has no result.");
    }

    public static function fatal(int|string $key, Throwable $error): self
    {
        return new self("The task [{$key}] ended with a fatal error: ".strtok($error->getMessage(), "\n")." in {$error->getFile()}:{$error->getLine()}", 0, $error);
    }

    public static function silent(int|string $key): self
    {
        return new self("The process of the task [{$key}] ended without a result.");
    }

    public static function unsendable(int|string $key, Throwable $why): self
    {
        return new self("The result of the task [{$key}] cannot be sent to the process that waits for it: {$why->getMessage()}. Return data.", 0, $why);
    }

    public static function unknown(string $class, string $message, ?Throwable $previous): self
    {
        return new self(str_replace("\0", ' ', $class).": {$message}", 0, $previous);
    }

    public static function cannotFork(string $why): self
    {
        return new self("No process can be made for a task: {$why}.");
    }
}
