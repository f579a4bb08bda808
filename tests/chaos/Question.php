<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

use Closure;

/** One numbered request, the way in which its client sends it, and how its answer is told from anybody else's. */
final class Question
{
    /**
     * @param  list<string|float>  $steps  bytes to send and seconds to wait, in this order
     * @param  Closure(Reply): bool  $ours  whether a 200 belongs to this number
     * @param  list<int>  $expected  0: the server may close without an answer
     * @param  bool  $leaves  the client closes after its last step
     * @param  bool  $apart  on a connection of its own
     */
    public function __construct(
        public readonly int $number,
        public readonly string $kind,
        public readonly array $steps,
        public readonly Closure $ours,
        public readonly array $expected = [200],
        public readonly bool $leaves = false,
        public readonly bool $apart = false,
    ) {
    }

    public function id(): string
    {
        return self::idOf($this->number);
    }

    public static function idOf(int $number): string
    {
        return "chaos-$number";
    }
}
