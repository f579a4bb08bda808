<?php

declare(strict_types=1);

namespace LaravelBridge\Shared;

use LaravelBridge\Exceptions\SharedMemoryFailed;

/**
 * Which part of the shared memory belongs to whom: whoever asks for the same name and size gets the same part, with what
 * is in it. Nothing is ever given back: it goes with the memory.
 */
final class Regions
{
    private const MOST = 1024;

    /** Digest of the name, offset. */
    private const ENTRY = 32 + 8;

    /** Entries so far, and where the next region begins. */
    private const HEADER = 16;

    /** Each begins with a page. */
    private const PAGE = 4096;

    public function __construct(private readonly Memory $memory)
    {
    }

    /**
     * @param  int  $placed  so many bytes at its beginning are there from the first moment
     * @return int where the region begins; it is zero when it is new
     */
    public function of(string $name, int $size, int $placed = 0): int
    {
        $wanted = hash('sha256', "{$name}\0{$size}", true);
        $this->memory->begin(true);
        try {
            /** @var array{1: int, 2: int} $header */
            $header = unpack('P2', $this->memory->read(Memory::START, self::HEADER));
            [1 => $count, 2 => $next] = $header;
            $entries = $this->memory->read(Memory::START + self::HEADER, $count * self::ENTRY);
            for ($i = 0; $i < $count; $i++) {
                if (substr($entries, $i * self::ENTRY, 32) === $wanted) {
                    /** @var array{1: int} $offset */
                    $offset = unpack('P', $entries, $i * self::ENTRY + 32);

                    return $offset[1];
                }
            }
            if ($count === self::MOST) {
                throw SharedMemoryFailed::tooMany(self::MOST);
            }
            $begin = $next === 0 ? self::page(Memory::START + self::HEADER + self::MOST * self::ENTRY) : $next;
            $this->memory->place($begin, str_repeat("\0", $placed));
            $this->memory->place(Memory::START + self::HEADER + $count * self::ENTRY, $wanted.pack('P', $begin));
            $this->memory->commit([[Memory::START, pack('PP', $count + 1, self::page($begin + $size))]]);

            return $begin;
        } finally {
            $this->memory->end();
        }
    }

    private static function page(int $offset): int
    {
        return ($offset + self::PAGE - 1) & ~(self::PAGE - 1);
    }
}
