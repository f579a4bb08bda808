<?php

declare(strict_types=1);

namespace Leaks;

use Illuminate\Support\Collection;

/**
 * What an application should not write, outside of our own namespace, where the detector looks.
 */
final class Basket
{
    /** @var list<mixed> */
    public static array $items = [];

    public static ?self $last = null;

    public static bool $cache = false;

    private static self $first;

    public int $count = 0;

    public static function first(): self
    {
        return isset(self::$first) ? self::$first : self::$first = new self;
    }

    public static function counted(): int
    {
        static $calls = 0;

        return ++$calls;
    }
}

function counted(): int
{
    static $calls = 0;

    return ++$calls;
}

final class Register
{
    /** @var Collection<int, string> */
    public Collection $notes;

    public function __construct(public readonly Basket $basket = new Basket)
    {
        $this->notes = new Collection;
    }
}
