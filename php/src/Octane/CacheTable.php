<?php

declare(strict_types=1);

namespace LaravelBridge\Octane;

/**
 * The table behind Cache::store('octane'). When it is full, what has expired makes room, and then what expires next.
 */
final class CacheTable extends Table
{
    /** The part of the rows that goes when none has expired: to look at all of them has a price. */
    private const PART = 16;

    /** How an interval is to be refreshed; flush() of the store leaves these alone, too. */
    private const INTERVAL = 'interval-';

    protected function makeRoom(): bool
    {
        $expiring = [];
        for ($row = $this->rows->from(0); $row !== null; $row = $this->rows->from($row[0] + 1)) {
            if (! str_starts_with($row[1], self::INTERVAL)) {
                $expiring[$row[1]] = $row[2]['expiration'];
            }
        }
        asort($expiring);
        $expired = array_filter($expiring, static fn (int|float|string $time): bool => $time <= time());
        foreach (array_keys($expired === [] ? array_slice($expiring, 0, intdiv($this->rows->most, self::PART) + 1, true) : $expired) as $key) {
            $this->rows->delete((string) $key);
        }

        return $expiring !== [];
    }
}
