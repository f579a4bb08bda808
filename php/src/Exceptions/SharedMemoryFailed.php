<?php

declare(strict_types=1);

namespace LaravelBridge\Exceptions;

use RuntimeException;

final class SharedMemoryFailed extends RuntimeException
{
    public static function cannotOpen(string $path): self
    {
        return new self("The memory that workers share, {$path}, cannot be opened: its folder is gone (restart the server), or this process may open no more files.");
    }

    public static function full(): self
    {
        return new self('The memory that workers share cannot be written: the system has none left (/dev/shm is full, or the folder of SPOOL_DIR where that cannot be written).');
    }

    public static function tooLarge(int $bytes, int $most): self
    {
        return new self("A row of a shared table would take {$bytes} bytes with its bookkeeping; {$most} are possible. Make its columns smaller.");
    }

    public static function tooMany(int $most): self
    {
        return new self("{$most} shared tables have been made since the server was started, and there is no place for another one. Those whose columns have changed count, too: restart the server.");
    }
}
