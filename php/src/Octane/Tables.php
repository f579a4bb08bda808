<?php

declare(strict_types=1);

namespace LaravelBridge\Octane;

use InvalidArgumentException;
use LaravelBridge\Shared\Column;
use LaravelBridge\Shared\Memory;
use LaravelBridge\Shared\Rows;

/**
 * The tables of config/octane.php. One whose columns and rows are those of the generation before has its rows, too.
 */
final class Tables
{
    private const ROWS = 1000;

    private const BYTES = 1000;

    private const CACHE_BYTES = 10000;

    /** @var array<string, Table> */
    private readonly array $tables;

    private readonly ?CacheTable $cache;

    /**
     * @param  array<mixed>  $config  octane.php
     */
    public function __construct(private readonly Memory $memory, array $config)
    {
        $tables = [];
        foreach ((array) ($config['tables'] ?? []) as $key => $columns) {
            $parts = explode(':', (string) $key);
            $name = $parts[0];
            $rows = $parts[1] ?? self::ROWS;
            $tables[$name] = new Table($name, $this->rows("table {$name}", self::columns($name, (array) $columns), self::number("octane.tables [{$key}]", $rows)));
        }
        $this->tables = $tables;
        $cache = (array) ($config['cache'] ?? []);
        $this->cache = $cache === [] ? null : new CacheTable('cache', $this->rows('cache', [
            'value' => Column::string(self::number('octane.cache.bytes', $cache['bytes'] ?? self::CACHE_BYTES)),
            'expiration' => Column::int(),
        ], self::number('octane.cache.rows', $cache['rows'] ?? self::ROWS)));
    }

    public function get(string $name): Table
    {
        return $this->tables[$name] ?? throw new InvalidArgumentException("There is no table [{$name}]: octane.tables of the configuration has "
            .($this->tables === [] ? 'none.' : '['.implode('], [', array_keys($this->tables)).'].'));
    }

    /** Null where octane.cache is empty: then there is no such store. */
    public function cache(): ?CacheTable
    {
        return $this->cache;
    }

    /**
     * @param  array<string, Column>  $columns
     */
    private function rows(string $name, array $columns, int $most): Rows
    {
        $shape = implode(',', array_map(static fn (string $name, Column $column): string => "{$name} {$column->type} {$column->size}", array_keys($columns), $columns));

        return Rows::in($this->memory, "{$name} {$most} ({$shape})", $columns, $most);
    }

    /**
     * @param  array<mixed>  $columns
     * @return array<string, Column>
     */
    private static function columns(string $table, array $columns): array
    {
        $made = [];
        foreach ($columns as $name => $type) {
            $where = "octane.tables [{$table}] [{$name}]";
            $parts = explode(':', is_string($type) ? $type : '');
            $made[(string) $name] = match ($parts[0]) {
                'string' => Column::string(self::number($where, $parts[1] ?? self::BYTES)),
                'int' => Column::int(),
                'float' => Column::float(),
                default => throw new InvalidArgumentException("{$where} is ".json_encode($type).': a column is string:BYTES, int or float.'),
            };
        }

        return $made === [] ? throw new InvalidArgumentException("octane.tables [{$table}] has no columns.") : $made;
    }

    private static function number(string $where, mixed $value): int
    {
        if (! is_int($value) && ! (is_string($value) && ctype_digit($value)) || (int) $value < 1) {
            throw new InvalidArgumentException("{$where} says ".json_encode($value).' where a number from 1 on belongs.');
        }

        return (int) $value;
    }
}
