<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use ArrayObject;
use SplObjectStorage;
use SplQueue;
use stdClass;
use WeakMap;

/**
 * Objects whose contents are no properties.
 */
final class SplHolders
{
    /** @var list<object> keys that live on */
    private static array $keys = [];

    /**
     * @return array<string, object> each with one element
     */
    public static function all(): array
    {
        $all = ['array' => new ArrayObject, 'storage' => new SplObjectStorage, 'queue' => new SplQueue, 'plain' => new stdClass, 'map' => new WeakMap];
        array_map(self::fill(...), $all);

        return $all;
    }

    public static function fill(object $holder): void
    {
        $key = self::$keys[] = new stdClass;
        match (true) {
            $holder instanceof SplQueue => $holder->enqueue('element'),
            $holder instanceof ArrayObject => $holder->append('element'),
            $holder instanceof SplObjectStorage => $holder->attach($key, 'element'),
            $holder instanceof WeakMap => $holder[$key] = 'element',
            default => $holder->{'element'.count((array) $holder)} = 'element',
        };
    }

    public static function count(object $holder): int
    {
        return is_countable($holder) ? count($holder) : count((array) $holder);
    }
}
