<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

/**
 * What a worker says of itself when it opens its mouth for the first time.
 */
final class Hello
{
    public const VERSION = 1;

    public function __construct(
        public readonly int $pid,
        public readonly string $laravel,
        public readonly int $generation,
        public readonly bool $supervised,
        public readonly string $path,
        public readonly int $capacity,
        /** The signal on which the worker says where it is; 0: on none. */
        public readonly int $stackSignal = 0,
        /** Whether somebody may stop the worker at a breakpoint. */
        public readonly bool $debugger = false,
    ) {
    }

    public function encode(): string
    {
        return Message::encode('hello', [
            'v' => self::VERSION,
            'pid' => $this->pid,
            'php' => PHP_VERSION,
            'laravel' => $this->laravel,
            'generation' => $this->generation,
            'supervised' => $this->supervised,
            'path' => $this->path,
            'capacity' => $this->capacity,
        ] + ($this->stackSignal === 0 ? [] : ['stack' => $this->stackSignal]) + ($this->debugger ? ['debugger' => true] : []));
    }
}
