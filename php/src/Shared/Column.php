<?php

declare(strict_types=1);

namespace LaravelBridge\Shared;

/**
 * One column of Rows.
 */
final class Column
{
    private function __construct(public readonly string $type, public readonly int $size)
    {
    }

    public static function int(): self
    {
        return new self('int', 8);
    }

    public static function float(): self
    {
        return new self('float', 8);
    }

    /**
     * @param  int  $size  bytes at most
     */
    public static function string(int $size): self
    {
        return new self('string', max(0, $size));
    }

    public function isString(): bool
    {
        return $this->type === 'string';
    }

    /** Bytes that a value takes at most. */
    public function room(): int
    {
        return $this->isString() ? 4 + $this->size : 8;
    }

    public function none(): int|float|string
    {
        return match ($this->type) {
            'int' => 0,
            'float' => 0.0,
            default => '',
        };
    }

    public function encode(int|float|string $value): string
    {
        return match ($this->type) {
            'int' => pack('q', $value),
            'float' => pack('d', $value),
            default => pack('V', strlen((string) $value)).$value,
        };
    }

    /**
     * @param  int  $at  moved behind the value
     */
    public function decode(string $bytes, int &$at): int|float|string
    {
        /** @var array{1: int|float} $number */
        $number = unpack(['int' => 'q', 'float' => 'd', 'string' => 'V'][$this->type], $bytes, $at);
        if (! $this->isString()) {
            $at += 8;

            return $number[1];
        }
        $value = substr($bytes, $at + 4, (int) $number[1]);
        $at += 4 + (int) $number[1];

        return $value;
    }
}
