<?php

declare(strict_types=1);

namespace LaravelBridge\Shared;

use LaravelBridge\Exceptions\SharedMemoryFailed;

/**
 * A table in shared memory: rows of the same columns by their keys, at most as many as it was made for. Every call is one
 * step for all processes.
 *
 * In the memory: count, slots ever used and the first free one; the heads of the chains of slots by hash; the slots, each
 * with its successor in the chain, the lengths of key and row, the key, and the row as long as it is.
 */
final class Rows
{
    public const LONGEST_KEY = 255;

    private const HEADER = 24;

    /** Successor, length of the key, length of the row, key. */
    private const BEFORE_ROW = 8 + 2 + 4 + self::LONGEST_KEY;

    /** Of a row, what is read with its key at once. */
    private const FIRST_READ = 768;

    private readonly int $buckets;

    private readonly int $slots;

    private readonly int $slotSize;

    /**
     * @param  int  $base  where its bytes begin
     * @param  array<string, Column>  $columns
     * @param  int  $most  rows
     */
    private function __construct(private readonly Memory $memory, private readonly int $base, public readonly array $columns, public readonly int $most)
    {
        $this->buckets = self::buckets($most);
        $this->slots = $base + self::HEADER + 8 * $this->buckets;
        $this->slotSize = self::slotSize($columns);
    }

    /**
     * Bytes that such a table can take.
     *
     * @param  array<string, Column>  $columns
     */
    public static function size(array $columns, int $most): int
    {
        $slot = self::slotSize($columns);
        if (2 * $slot > Memory::LARGEST) {
            throw SharedMemoryFailed::tooLarge(2 * $slot, Memory::LARGEST);
        }

        return self::HEADER + 8 * self::buckets($most) + $slot * $most;
    }

    /** Of these, those that must be there before a row is. */
    public static function placed(int $most): int
    {
        return self::HEADER + 8 * self::buckets($most);
    }

    /**
     * The table of this name in the memory, with what is in it.
     *
     * @param  array<string, Column>  $columns
     */
    public static function in(Memory $memory, string $name, array $columns, int $most): self
    {
        return new self($memory, (new Regions($memory))->of($name, self::size($columns, $most), self::placed($most)), $columns, $most);
    }

    /**
     * @return array<string, int|float|string>|null
     */
    public function get(string $key): ?array
    {
        $this->memory->begin(false);
        try {
            $found = $this->find($key);

            return $found === null ? null : $this->decode($found->row);
        } finally {
            $this->memory->end();
        }
    }

    /**
     * Makes a row, or changes the columns that are named.
     *
     * @param  array<string, int|float|string>  $values
     * @return bool false where there is no room for one more row
     *
     * @phpstan-impure
     */
    public function set(string $key, array $values): bool
    {
        $this->memory->begin(true);
        try {
            return $this->put($key, $this->find($key), $values);
        } finally {
            $this->memory->end();
        }
    }

    /**
     * @return int|float|null the new value; null where there is no room for one more row
     *
     * @phpstan-impure
     */
    public function add(string $key, string $column, int|float $by): int|float|null
    {
        $this->memory->begin(true);
        try {
            $found = $this->find($key);
            $old = $found === null ? 0 : $this->decode($found->row)[$column];
            $new = $this->columns[$column]->type === 'int' ? (int) ((int) $old + $by) : (float) $old + $by;

            return $this->put($key, $found, [$column => $new]) ? $new : null;
        } finally {
            $this->memory->end();
        }
    }

    /**
     * @return bool whether there was one
     */
    public function delete(string $key): bool
    {
        $this->memory->begin(true);
        try {
            $found = $this->find($key);
            if ($found === null) {
                return false;
            }
            [$count, $used, $free] = $this->header();
            $this->memory->commit([
                [$found->pointer, pack('P', $found->next)],
                [$this->slot($found->slot), pack('P', $free).pack('vV', 0, 0)],
                [$this->base, pack('P3', $count - 1, $used, $found->slot + 1)],
            ]);

            return true;
        } finally {
            $this->memory->end();
        }
    }

    public function has(string $key): bool
    {
        $this->memory->begin(false);
        try {
            return $this->find($key) !== null;
        } finally {
            $this->memory->end();
        }
    }

    /**
     * @return int<0, max>
     */
    public function count(): int
    {
        $this->memory->begin(false);
        try {
            return max(0, $this->header()[0]);
        } finally {
            $this->memory->end();
        }
    }

    /**
     * The first row in this slot or one behind it. A row stays in its slot; one that is made meanwhile may be passed over.
     *
     * @return array{int, string, array<string, int|float|string>}|null slot, key, row
     */
    public function from(int $slot): ?array
    {
        $this->memory->begin(false);
        try {
            for ($used = $this->header()[1]; $slot < $used; $slot++) {
                $found = $this->at($slot, 0);
                if ($found->key !== null) {
                    return [$slot, $found->key, $this->decode($found->row)];
                }
            }

            return null;
        } finally {
            $this->memory->end();
        }
    }

    /**
     * @param  array<string, Column>  $columns
     */
    private static function slotSize(array $columns): int
    {
        $size = self::BEFORE_ROW;
        foreach ($columns as $column) {
            $size += $column->room();
        }

        // A number in it never crosses a page.
        return ($size + 7) & ~7;
    }

    private static function buckets(int $most): int
    {
        for ($buckets = 64; $buckets < $most; $buckets *= 2) {
            continue;
        }

        return $buckets;
    }

    private function slot(int $number): int
    {
        return $this->slots + $number * $this->slotSize;
    }

    /**
     * @return array{int, int, int} rows, slots ever used, number of the first free slot + 1
     */
    private function header(): array
    {
        /** @var array{1: int, 2: int, 3: int} $header */
        $header = unpack('P3', $this->memory->read($this->base, self::HEADER));

        return [$header[1], $header[2], $header[3]];
    }

    private function bucket(string $key): int
    {
        return $this->base + self::HEADER + 8 * (crc32($key) & ($this->buckets - 1));
    }

    private function find(string $key): ?Slot
    {
        $pointer = $this->bucket($key);
        $next = $this->memory->number($pointer);
        while ($next !== 0) {
            $slot = $this->at($next - 1, $pointer);
            if ($slot->key === $key) {
                return $slot;
            }
            $pointer = $this->slot($slot->slot);
            $next = $slot->next;
        }

        return null;
    }

    /**
     * @param  int  $pointer  where the number of the slot was found
     */
    private function at(int $number, int $pointer): Slot
    {
        $offset = $this->slot($number);
        $bytes = $this->memory->read($offset, min($this->slotSize, self::BEFORE_ROW + self::FIRST_READ));
        /** @var array{next: int, key: int, row: int} $head */
        $head = unpack('Pnext/vkey/Vrow', $bytes);
        $row = substr($bytes, self::BEFORE_ROW, $head['row']);
        if (strlen($row) < $head['row']) {
            $row .= $this->memory->read($offset + self::BEFORE_ROW + strlen($row), $head['row'] - strlen($row));
        }

        // A free slot has no row; an empty key is a key.
        return new Slot($number, $pointer, $head['next'], $head['row'] === 0 ? null : substr($bytes, 14, $head['key']), $row);
    }

    /**
     * @param  array<string, int|float|string>  $values
     */
    private function put(string $key, ?Slot $found, array $values): bool
    {
        $row = '';
        $old = $found === null ? [] : $this->decode($found->row);
        foreach ($this->columns as $name => $column) {
            $row .= $column->encode($values[$name] ?? $old[$name] ?? $column->none());
        }
        if ($found !== null) {
            $this->replace($found, $row);

            return true;
        }
        [$count, $used, $free] = $this->header();
        $number = $free === 0 ? $used : $free - 1;
        if ($number >= $this->most) {
            return false;
        }
        $bucket = $this->bucket($key);
        $offset = $this->slot($number);
        $next = $free === 0 ? 0 : $this->memory->number($offset);
        $header = $free === 0 ? [$count + 1, $used + 1, 0] : [$count + 1, $used, $next];
        // It is still free: its row has no length, and its successor is what it was.
        $this->memory->place($offset, pack('PvV', $next, 0, 0).str_pad($key, self::LONGEST_KEY, "\0").$row);
        $this->memory->commit([
            [$offset, pack('PvV', $this->memory->number($bucket), strlen($key), strlen($row))],
            [$bucket, pack('P', $number + 1)],
            [$this->base, pack('P3', ...$header)],
        ]);

        return true;
    }

    private function replace(Slot $slot, string $row): void
    {
        if ($row === $slot->row) {
            return;
        }
        $offset = $this->slot($slot->slot);
        if (strlen($row) !== strlen($slot->row)) {
            $this->memory->place($offset + self::BEFORE_ROW + strlen($slot->row), substr($row, strlen($slot->row)));
            $this->memory->commit([[$offset + 10, pack('V', strlen($row))], [$offset + self::BEFORE_ROW, $row]]);

            return;
        }
        // Only what differs: a counter is one write.
        $from = strspn($row ^ $slot->row, "\0");
        $to = strlen(rtrim($row ^ $slot->row, "\0"));
        $this->memory->commit([[$offset + self::BEFORE_ROW + $from, substr($row, $from, $to - $from)]]);
    }

    /**
     * @return array<string, int|float|string>
     */
    private function decode(string $row): array
    {
        $values = [];
        $at = 0;
        foreach ($this->columns as $name => $column) {
            $values[$name] = $column->decode($row, $at);
        }

        return $values;
    }
}
