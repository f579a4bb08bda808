<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use RuntimeException;

/**
 * Connected streams for tests of what reads and writes.
 */
final class Streams
{
    /**
     * @return array{resource, resource}
     */
    public static function pair(): array
    {
        $pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);

        return $pair === false ? throw new RuntimeException('No socket pair.') : [$pair[0], $pair[1]];
    }

    /**
     * A stream that holds these bytes and then ends; bytes of any number, since a child process writes them.
     *
     * @return resource
     */
    public static function holding(string $bytes, int $step = 65_536): mixed
    {
        [$near, $far] = self::pair();
        $pid = pcntl_fork();
        if ($pid === 0) {
            fclose($near);
            foreach (str_split($bytes, max(1, $step)) as $part) {
                @fwrite($far, $part);
            }
            posix_kill((int) getmypid(), SIGKILL);
        }
        fclose($far);

        return $near;
    }
}
