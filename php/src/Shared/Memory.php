<?php

declare(strict_types=1);

namespace LaravelBridge\Shared;

use LaravelBridge\Exceptions\SharedMemoryFailed;

/**
 * Bytes that all processes of a server read and write: a file in memory, in the server's own folder. It is made by who first
 * needs it, and every process opens it for itself.
 *
 * Between begin() and end() nobody else changes them. commit() is done as a whole or not at all, whoever is killed: what
 * needs more than one write is put down in a journal first, and the next one to begin finishes it. A write within a
 * page is one step for the kernel, which ends a process only between two of them. The lock is the kernel's, and goes with
 * the process that holds it.
 */
final class Memory
{
    private const PAGE = 4096;

    /** Where the length of a journal that is to be carried out stands; 0: none. */
    private const PENDING = 0;

    private const JOURNAL = self::PAGE;

    /** The most that one commit() may write. A hole in a file costs nothing. */
    public const LARGEST = 1 << 26;

    /** What begins here is the user's. */
    public const START = self::JOURNAL + self::LARGEST + self::PAGE;

    /** @var resource|null opened by this process, and by no other: a lock belongs to what was opened, not to who holds it */
    private mixed $file = null;

    private int $pid = 0;

    /**
     * @param  string  $path  in a folder that nobody else can write
     * @param  int  $owner  the process with which the file goes; 0: somebody else sees to that
     */
    public function __construct(private readonly string $path, private readonly int $owner = 0)
    {
    }

    /** For this process and its forks. */
    public static function temporary(): self
    {
        $folder = is_dir('/dev/shm') && is_writable('/dev/shm') ? '/dev/shm' : sys_get_temp_dir();

        return new self("{$folder}/laravel-bridge-".bin2hex(random_bytes(16)), (int) getmypid());
    }

    public function __destruct()
    {
        if ($this->owner === getmypid()) {
            @unlink($this->path);
        }
    }

    public function begin(bool $toWrite): void
    {
        if ($this->pid !== getmypid()) {
            $this->open();
        }
        $this->lock($toWrite ? LOCK_EX : LOCK_SH);
        try {
            // Somebody was killed in the middle.
            while ($this->number(self::PENDING) !== 0) {
                $this->lock(LOCK_EX);
                $this->carryOut($this->number(self::PENDING));
                $this->lock($toWrite ? LOCK_EX : LOCK_SH);
            }
        } catch (SharedMemoryFailed $e) {
            $this->end();
            throw $e;
        }
    }

    public function end(): void
    {
        $this->lock(LOCK_UN);
    }

    /** What was never written is zero. */
    public function read(int $offset, int $length): string
    {
        assert($this->file !== null);
        fseek($this->file, $offset);
        $bytes = (string) fread($this->file, max(1, $length));

        return strlen($bytes) === $length ? $bytes : str_pad($bytes, $length, "\0");
    }

    public function number(int $offset): int
    {
        /** @var array{1: int} $number */
        $number = unpack('P', $this->read($offset, 8));

        return $number[1];
    }

    /**
     * Bytes that nothing refers to yet, and that may come to be there in part. What commit() writes must have been placed
     * once: only here there may be no memory left.
     */
    public function place(int $offset, string $bytes): void
    {
        $this->write($offset, $bytes);
    }

    /**
     * @param  non-empty-list<array{int, string}>  $writes  offset and bytes, in their order
     */
    public function commit(array $writes): void
    {
        if (count($writes) === 1 && intdiv($writes[0][0], self::PAGE) === intdiv($writes[0][0] + strlen($writes[0][1]) - 1, self::PAGE)) {
            $this->write(...$writes[0]);

            return;
        }
        $journal = '';
        foreach ($writes as [$offset, $bytes]) {
            $journal .= pack('PP', $offset, strlen($bytes)).$bytes;
        }
        if (strlen($journal) > self::LARGEST) {
            throw SharedMemoryFailed::tooLarge(strlen($journal), self::LARGEST);
        }
        $this->write(self::JOURNAL, $journal);
        $this->write(self::PENDING, pack('P', strlen($journal)));
        foreach ($writes as [$offset, $bytes]) {
            $this->write($offset, $bytes);
        }
        $this->write(self::PENDING, pack('P', 0));
    }

    private function carryOut(int $length): void
    {
        $journal = $this->read(self::JOURNAL, $length);
        for ($at = 0; $at < $length; $at += 16 + $size) {
            /** @var array{1: int, 2: int} $head */
            $head = unpack('P2', $journal, $at);
            $size = $head[2];
            $this->write($head[1], substr($journal, $at + 16, $size));
        }
        $this->write(self::PENDING, pack('P', 0));
    }

    private function write(int $offset, string $bytes): void
    {
        assert($this->file !== null);
        fseek($this->file, $offset);
        if (@fwrite($this->file, $bytes) !== strlen($bytes)) {
            throw SharedMemoryFailed::full();
        }
    }

    /** The lock of a parent's is not ours: a fork opens the file anew. */
    private function open(): void
    {
        $umask = umask(0077);
        $file = @fopen($this->path, 'c+be');
        umask($umask);
        if ($file === false) {
            throw SharedMemoryFailed::cannotOpen($this->path);
        }
        // Others write what a buffer would remember.
        stream_set_read_buffer($file, 0);
        stream_set_write_buffer($file, 0);
        $this->file = $file;
        $this->pid = (int) getmypid();
    }

    /**
     * @param  int<0, 7>  $how
     */
    private function lock(int $how): void
    {
        assert($this->file !== null);
        while (! flock($this->file, $how)) {
            // A signal has ended the wait.
            continue;
        }
    }
}
