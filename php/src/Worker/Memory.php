<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use RuntimeException;

/**
 * The memory of this process, read through the kernel: an address that is none is an exception.
 */
final class Memory
{
    /** @var resource */
    private readonly mixed $memory;

    /**
     * @throws RuntimeException where there is no /proc
     */
    public function __construct()
    {
        $memory = @fopen('/proc/self/mem', 'rb');
        if ($memory === false) {
            throw new RuntimeException('/proc/self/mem cannot be read.');
        }
        stream_set_read_buffer($memory, 0);
        $this->memory = $memory;
    }

    public function word(int $address): int
    {
        return (int) (unpack('P', $this->bytes($address, 8))[1] ?? 0);
    }

    /** 32 bits. */
    public function half(int $address): int
    {
        return (int) (unpack('V', $this->bytes($address, 4))[1] ?? 0);
    }

    /**
     * @throws RuntimeException where nothing is at this address
     */
    public function bytes(int $address, int $length): string
    {
        if ($address <= 0 || $length < 0 || $length > 4096 || @fseek($this->memory, $address) !== 0) {
            throw new RuntimeException('That is no address.');
        }
        $bytes = $length === 0 ? '' : @fread($this->memory, $length);
        if (! is_string($bytes) || strlen($bytes) !== $length) {
            throw new RuntimeException('Nothing can be read there.');
        }

        return $bytes;
    }
}
