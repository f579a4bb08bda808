<?php

declare(strict_types=1);

namespace LaravelBridge\Shared;

/**
 * Where a row was found, and what is there.
 */
final class Slot
{
    /**
     * @param  int  $slot  its number
     * @param  int  $pointer  the offset at which its number + 1 stands: the head of a chain, or the slot before it there
     * @param  int  $next  number + 1 of the slot after it, 0: none
     * @param  string|null  $key  null: the slot is free
     * @param  string  $row  encoded
     */
    public function __construct(
        public readonly int $slot,
        public readonly int $pointer,
        public readonly int $next,
        public readonly ?string $key,
        public readonly string $row,
    ) {
    }
}
