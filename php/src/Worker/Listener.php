<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use LaravelBridge\Exceptions\CannotListen;

/**
 * The Unix socket on which the handler is found.
 *
 * A dead socket file at the path is replaced; a live one, or a file that is no socket, never. The file is removed again
 * only by the process that made it, and only while it is still the same file.
 */
final class Listener
{
    /** sun_path of Linux, without its final NUL. */
    private const MAX_PATH = 107;

    private const BACKLOG = 511;

    /**
     * @param  resource  $stream
     */
    private function __construct(
        private readonly mixed $stream,
        private readonly string $path,
        private readonly int $pid,
        private readonly int $device,
        private readonly int $inode,
    ) {
    }

    public static function bind(string $path, int $mode): self
    {
        if (strlen($path) > self::MAX_PATH) {
            throw CannotListen::pathTooLong($path, self::MAX_PATH);
        }
        self::clear($path);
        // The mode is there from the first moment: chmod() afterwards would leave a gap.
        $umask = umask(~$mode & 0777);
        $context = stream_context_create(['socket' => ['backlog' => self::BACKLOG]]);
        $stream = @stream_socket_server("unix://{$path}", $_, $_, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
        umask($umask);
        if ($stream === false) {
            throw CannotListen::refused($path, self::reason($path));
        }
        clearstatcache(true, $path);
        $stat = lstat($path);
        if ($stat === false) {
            throw CannotListen::refused($path, 'the socket file vanished');
        }

        return new self($stream, $path, (int) getmypid(), $stat['dev'], $stat['ino']);
    }

    /**
     * @return resource
     */
    public function stream(): mixed
    {
        return $this->stream;
    }

    public function path(): string
    {
        return $this->path;
    }

    /**
     * @return resource|null null when the other side is gone again
     */
    public function accept(): mixed
    {
        $connection = @stream_socket_accept($this->stream, 0.0);

        return $connection === false ? null : $connection;
    }

    /** In a fork: the socket goes on in the parent. */
    public function close(): void
    {
        if (is_resource($this->stream)) {
            fclose($this->stream);
        }
    }

    public function remove(): void
    {
        $this->close();
        if (getmypid() !== $this->pid) {
            return;
        }
        clearstatcache(true, $this->path);
        $stat = @lstat($this->path);
        if ($stat !== false && $stat['dev'] === $this->device && $stat['ino'] === $this->inode) {
            @unlink($this->path);
        }
    }

    /** Where binding fails, PHP has no word about the reason. */
    private static function reason(string $path): string
    {
        $folder = dirname($path);

        return match (true) {
            ! is_dir($folder) => 'its folder does not exist',
            ! is_writable($folder) => 'its folder is not writable',
            default => 'the system refuses',
        };
    }

    private static function clear(string $path): void
    {
        clearstatcache(true, $path);
        if (@lstat($path) === false) {
            return;
        }
        if (filetype($path) !== 'socket') {
            throw CannotListen::notASocket($path);
        }
        $probe = @stream_socket_client("unix://{$path}", $_, $_, 1.0);
        if ($probe !== false) {
            fclose($probe);
            throw CannotListen::inUse($path);
        }
        if (! @unlink($path)) {
            throw CannotListen::refused($path, 'the dead socket there cannot be removed');
        }
    }
}
