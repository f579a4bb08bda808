<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;
use Socket;

/** A service manager, as far as a server sees it: it holds the listening socket across restarts, and hears what it is told (sd_notify). */
final class Manager
{
    /** The program asks for its pid where it is started: the shell becomes the server. PHP would leave it every connection that is open here. */
    private const HAND_OVER = <<<'SH'
        for descriptor in /proc/self/fd/*; do
            descriptor=${descriptor##*/}
            [ "$descriptor" -le 3 ] || eval "exec $descriptor>&-"
        done
        LISTEN_PID=$$ exec "$@"
        SH;

    /** @var resource */
    private $listening;

    private Socket $notify;

    /** @var list<string> */
    private array $heard = [];

    public function __construct(public readonly string $folder)
    {
        $this->listening = stream_socket_server('tcp://127.0.0.1:0', $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 1024]]))
            ?: throw new RuntimeException((string) $message);
        $this->notify = socket_create(AF_UNIX, SOCK_DGRAM, 0) ?: throw new RuntimeException('No socket');
        socket_bind($this->notify, "$folder/notify");
        socket_set_nonblock($this->notify);
    }

    public function address(): string
    {
        return 'tcp://'.stream_socket_get_name($this->listening, false);
    }

    /** The listening socket as /proc/PID/fd shows it. */
    public function socket(): string
    {
        return 'socket:['.(fstat($this->listening)['ino'] ?? 0).']';
    }

    /** @param  array<string, string>  $settings */
    public function start(array $settings = []): Server
    {
        return Server::launch($settings + [
            'LISTEN_FDS' => '1',
            'LISTEN_FDNAMES' => 'http',
            'NOTIFY_SOCKET' => "$this->folder/notify",
        ], $this->folder, [], ['/bin/bash', '-c', self::HAND_OVER, 'bash'], [3 => $this->listening]);
    }

    /** @return list<string> every message so far, in order */
    public function heard(): array
    {
        while (@socket_recv($this->notify, $message, 4096, 0) !== false) {
            $this->heard[] = (string) $message;
        }

        return $this->heard;
    }

    /** Waits until a message begins so, not counting the first `$skip` messages, and tells how many there were up to it. */
    public function await(string $beginning, int $skip = 0): int
    {
        return Processes::await(function () use ($beginning, $skip): ?int {
            foreach (array_slice($this->heard(), $skip) as $index => $message) {
                if (str_starts_with($message, $beginning)) {
                    return $skip + $index + 1;
                }
            }

            return null;
        }, "the service manager is told $beginning");
    }
}
