<?php

declare(strict_types=1);

namespace LaravelBridge\Octane;

use InvalidArgumentException;
use Laravel\Octane\Exceptions\ValueTooLargeForColumnException;
use LaravelBridge\Shared\Column;
use LaravelBridge\Shared\Rows;
use LengthException;
use Swoole;

/**
 * A table as Octane::table() gives it, with the methods of Swoole\Table, in memory that the workers of this server share.
 * What Swoole warns of is a warning here, too: an exception in Laravel.
 */
class Table extends Swoole\Table
{
    /** @var array{int, string, array<string, int|float|string>}|null where the iteration is */
    private ?array $at = null;

    public function __construct(private readonly string $name, protected readonly Rows $rows)
    {
        $this->size = $rows->most;
        $this->memorySize = Rows::size($rows->columns, $rows->most);
    }

    /** Columns are those of the configuration. */
    public function column(string $name, int $type, int $size = 0): bool
    {
        trigger_error("The table [{$this->name}] is made: its columns are those of octane.tables.", E_USER_WARNING);

        return false;
    }

    public function create(): bool
    {
        return true;
    }

    /** Empties it, for everybody. */
    public function destroy(): bool
    {
        for ($row = $this->rows->from(0); $row !== null; $row = $this->rows->from($row[0] + 1)) {
            $this->rows->delete($row[1]);
        }

        return true;
    }

    /**
     * Makes a row, or changes the columns that are named.
     *
     * @param  array<array-key, mixed>  $value  those of other names are passed over
     * @return bool false, and a warning: all rows are taken
     */
    public function set(string $key, array $value): bool
    {
        $this->check($key);
        $values = [];
        foreach ($this->rows->columns as $name => $column) {
            if (array_key_exists($name, $value)) {
                $values[$name] = $this->fit($name, $column, $value[$name]);
            }
        }
        if ($this->rows->set($key, $values) || ($this->makeRoom() && $this->rows->set($key, $values))) {
            return true;
        }
        $this->tellFull();

        return false;
    }

    /**
     * @return array<string, int|float|string>|int|float|string|false false: there is no such row, or no such column
     */
    public function get(string $key, ?string $field = null): array|false|string|float|int
    {
        $row = strlen($key) > Rows::LONGEST_KEY ? null : $this->rows->get($key);
        if ($row === null) {
            return false;
        }

        return $field === null ? $row : ($row[$field] ?? false);
    }

    /**
     * @return bool whether there was such a row
     */
    public function del(string $key): bool
    {
        return strlen($key) <= Rows::LONGEST_KEY && $this->rows->delete($key);
    }

    public function delete(string $key): bool
    {
        return $this->del($key);
    }

    public function exist(string $key): bool
    {
        return strlen($key) <= Rows::LONGEST_KEY && $this->rows->has($key);
    }

    public function exists(string $key): bool
    {
        return $this->exist($key);
    }

    /**
     * In one step for all workers. A row that is not there is made, and counts from 0.
     *
     * @return int|float the new value
     */
    public function incr(string $key, string $column, int|float $incrby = 1): int|float
    {
        $this->check($key);
        $type = $this->rows->columns[$column] ?? null;
        if ($type === null || $type->isString()) {
            throw new InvalidArgumentException("The table [{$this->name}] has no column [{$column}] of numbers.");
        }
        $new = $this->rows->add($key, $column, $incrby);
        if ($new === null && $this->makeRoom()) {
            $new = $this->rows->add($key, $column, $incrby);
        }
        if ($new === null) {
            $this->tellFull();
        }

        return $new ?? 0;
    }

    public function decr(string $key, string $column, int|float $incrby = 1): int|float
    {
        return $this->incr($key, $column, -$incrby);
    }

    public function count(): int
    {
        return $this->rows->count();
    }

    public function getSize(): int
    {
        return (int) $this->size;
    }

    /** The most that it may take. */
    public function getMemorySize(): int
    {
        return (int) $this->memorySize;
    }

    /**
     * @return array<string, int>
     */
    public function stats(): array
    {
        $count = $this->count();

        return ['num' => $count, 'total_slice_num' => $this->rows->most, 'available_slice_num' => $this->rows->most - $count];
    }

    public function rewind(): void
    {
        $this->at = $this->rows->from(0);
    }

    public function valid(): bool
    {
        return $this->at !== null;
    }

    public function next(): void
    {
        $this->at = $this->at === null ? null : $this->rows->from($this->at[0] + 1);
    }

    /**
     * @return array<string, int|float|string>|null
     */
    public function current(): mixed
    {
        return $this->at[2] ?? null;
    }

    /**
     * @return string|null
     */
    public function key(): mixed
    {
        return $this->at[1] ?? null;
    }

    /**
     * All rows are taken and one more is wanted.
     *
     * @return bool whether it may be tried again
     */
    protected function makeRoom(): bool
    {
        return false;
    }

    private function tellFull(): void
    {
        trigger_error("The table [{$this->name}] has no room for one more row: all {$this->rows->most} are taken. Delete some, or give it more in config/octane.php.", E_USER_WARNING);
    }

    private function check(string $key): void
    {
        if (strlen($key) > Rows::LONGEST_KEY) {
            throw new LengthException(sprintf('The key [%s...] of a row of the table [%s] has %d bytes; %d are possible.', substr($key, 0, 20), $this->name, strlen($key), Rows::LONGEST_KEY));
        }
    }

    private function fit(string $name, Column $column, mixed $value): int|float|string
    {
        if (! $column->isString()) {
            return $column->type === 'int' ? (int) $value : (float) $value;
        }
        $text = (string) $value;
        if (strlen($text) <= $column->size) {
            return $text;
        }
        $message = sprintf('Value [%s...] is too large for [%s] column: it has %d bytes, and %d fit.', substr($text, 0, 20), $name, strlen($text), $column->size);

        throw class_exists(ValueTooLargeForColumnException::class) ? new ValueTooLargeForColumnException($message) : new LengthException($message);
    }
}
