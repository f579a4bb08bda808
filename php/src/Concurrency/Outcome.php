<?php

declare(strict_types=1);

namespace LaravelBridge\Concurrency;

use LaravelBridge\Exceptions\TaskFailed;
use Throwable;

/**
 * What became of a task: a value, or what it threw. On its way between processes it is eight bytes of length and then
 * serialised data.
 */
final class Outcome
{
    public const HEAD = 8;

    private function __construct(private readonly mixed $value, private readonly ?Throwable $thrown)
    {
    }

    public static function value(mixed $value): self
    {
        return new self($value, null);
    }

    public static function thrown(Throwable $e): self
    {
        return new self(null, $e);
    }

    public function failure(): ?Throwable
    {
        return $this->thrown;
    }

    /**
     * @throws Throwable what the task threw
     */
    public function get(): mixed
    {
        return $this->thrown === null ? $this->value : throw $this->thrown;
    }

    public function encode(int|string $key): string
    {
        $failure = $this->thrown;
        if ($failure === null) {
            try {
                $data = serialize([true, $this->value]);
            } catch (Throwable $e) {
                $failure = TaskFailed::unsendable($key, $e);
            }
        }
        $data ??= serialize([false, Thrown::describe($failure ?? TaskFailed::silent($key))]);

        return pack('J', strlen($data)).$data;
    }

    /** The bytes of the whole message whose first HEAD bytes are there. */
    public static function length(string $head): int
    {
        /** @var array{1: int} $length */
        $length = unpack('J', $head);

        return self::HEAD + $length[1];
    }

    public static function decode(string $message): self
    {
        /** @var array{bool, mixed} $parts from our own fork */
        $parts = unserialize(substr($message, self::HEAD));

        return $parts[0] ? self::value($parts[1]) : self::thrown(Thrown::restore((array) $parts[1]));
    }
}
