<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** A small disk of our own in a folder, which nobody else sees and which ends with this process; it can be made full. */
final class Disk
{
    private function __construct(private readonly string $folder)
    {
    }

    /** Null where this is not allowed. */
    public static function mount(string $folder, string $size): ?self
    {
        static $apart = null;
        $apart ??= @pcntl_unshare(CLONE_NEWNS) && self::runs(['mount', '--make-rprivate', '/']);

        return $apart && self::runs(['mount', '-t', 'tmpfs', '-o', "size=$size", 'chaos', $folder]) ? new self($folder) : null;
    }

    public function fill(): void
    {
        @file_put_contents("$this->folder/filler", str_repeat('x', (int) disk_free_space($this->folder)));
    }

    public function isFull(): bool
    {
        return disk_free_space($this->folder) < 4096;
    }

    public function makeRoom(): void
    {
        @unlink("$this->folder/filler");
    }

    public function unmount(): void
    {
        self::runs(['umount', $this->folder]);
    }

    /** @param  list<string>  $command */
    private static function runs(array $command): bool
    {
        $process = @proc_open($command, [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);

        return $process !== false && proc_close($process) === 0;
    }
}
