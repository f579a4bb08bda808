<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;

/** An editor that waits for Xdebug, as much of DBGp as a breakpoint needs. One session at a time is looked at; others are told to run. */
final class DebugClient
{
    public readonly int $port;

    /** @var resource */
    private mixed $server;

    public function __construct(private readonly string $file, private readonly int $line)
    {
        $server = stream_socket_server('tcp://127.0.0.1:0') ?: throw new RuntimeException('No port');
        $this->server = $server;
        $this->port = (int) substr((string) strrchr((string) stream_socket_get_name($server, false), ':'), 1);
    }

    /**
     * Takes whoever calls until one of them stops at the breakpoint.
     *
     * @return resource that session
     */
    public function untilItStops(): mixed
    {
        $sessions = [];
        $end = microtime(true) + 20;
        while (microtime(true) < $end) {
            $read = [$this->server, ...$sessions];
            $none = null;
            stream_select($read, $none, $none, 1);
            foreach ($read as $stream) {
                if ($stream === $this->server) {
                    $session = stream_socket_accept($this->server) ?: throw new RuntimeException('No session');
                    self::packet($session);
                    fwrite($session, "breakpoint_set -i 1 -t line -f file://$this->file -n $this->line\0");
                    self::packet($session);
                    $this->run($session);
                    $sessions[] = $session;
                } else {
                    $packet = self::packet($stream);
                    if ($packet === null) {
                        unset($sessions[array_search($stream, $sessions, true)]);
                    } elseif (str_contains($packet, 'status="break"')) {
                        return $stream;
                    }
                }
            }
        }
        throw new RuntimeException('Nobody stopped at the breakpoint');
    }

    /** @param  resource  $session */
    public function run(mixed $session): void
    {
        fwrite($session, "run -i 2\0");
    }

    /** @param  resource  $session */
    private static function packet(mixed $session): ?string
    {
        $length = stream_get_line($session, 32, "\0");
        $packet = $length === false ? '' : (string) stream_get_contents($session, (int) $length + 1);

        return $packet === '' ? null : $packet;
    }
}
