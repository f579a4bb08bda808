<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

/**
 * What the process holds open after everything known was closed. A socket or a database shared by forks mixes up their
 * conversations.
 *
 * Made before the application is booted: what is open by then (the control channel) is expected.
 */
final class OpenDescriptors
{
    /** @var array<int, string> */
    private readonly array $before;

    public function __construct()
    {
        $this->before = self::open();
    }

    /**
     * @return list<string>
     */
    public function foreign(): array
    {
        $foreign = [];
        foreach (array_diff_assoc(self::open(), $this->before) as $number => $target) {
            if (str_starts_with($target, 'socket:')) {
                $foreign[] = "a socket (descriptor {$number})";
            } elseif (preg_match('/\.(sqlite3?|db)(-wal|-shm|-journal)?$/', $target) === 1) {
                $foreign[] = "{$target} (descriptor {$number})";
            }
        }

        return $foreign;
    }

    /**
     * @return array<int, string> number to target
     */
    private static function open(): array
    {
        $open = [];
        foreach (@scandir('/proc/self/fd') ?: [] as $number) {
            if (ctype_digit($number) && (int) $number > 2) {
                $open[(int) $number] = (string) @readlink("/proc/self/fd/{$number}");
            }
        }

        return $open;
    }
}
