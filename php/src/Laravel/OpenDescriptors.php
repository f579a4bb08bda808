<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

/**
 * What the process holds open after everything known was closed. A socket or a database shared by forks mixes up their
 * conversations.
 */
final class OpenDescriptors
{
    /** Standard streams, and the runtime's control channel with PHP's own copy of it. */
    private readonly int $allowedSockets;

    public function __construct(int $allowedSockets = 0)
    {
        $this->allowedSockets = $allowedSockets;
    }

    /**
     * @return list<string>
     */
    public function foreign(): array
    {
        $foreign = [];
        $sockets = 0;
        foreach (@scandir('/proc/self/fd') ?: [] as $number) {
            if (! ctype_digit($number) || (int) $number < 3) {
                continue;
            }
            $target = (string) @readlink("/proc/self/fd/{$number}");
            if (str_starts_with($target, 'socket:')) {
                if (++$sockets > $this->allowedSockets) {
                    $foreign[] = "a socket (descriptor {$number})";
                }
            } elseif (preg_match('/\.(sqlite3?|db)(-wal|-shm|-journal)?$/', $target) === 1) {
                $foreign[] = "{$target} (descriptor {$number})";
            }
        }

        return $foreign;
    }
}
