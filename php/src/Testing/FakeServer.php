<?php

declare(strict_types=1);

namespace LaravelBridge\Testing;

use LaravelBridge\Wire\Frame;
use LaravelBridge\Wire\FrameReader;
use LaravelBridge\Wire\FrameWriter;
use LaravelBridge\Wire\Isomorphic;
use LaravelBridge\Wire\Message;
use LaravelBridge\Worker\Native;
use RuntimeException;

/**
 * The server's end of a worker's connection, for tests: sends requests, keeps what comes back.
 */
final class FakeServer
{
    private readonly FrameReader $reader;

    private readonly FrameWriter $writer;

    /**
     * @param  resource  $stream
     */
    public function __construct(private readonly mixed $stream)
    {
        // Else the next handler that a test starts holds this connection open, and passes it on to its workers.
        (new Native)->keepFromChildren($stream);
        $this->reader = new FrameReader($stream);
        $this->writer = new FrameWriter($stream);
    }

    /**
     * Both ends of a connection: this one, and the stream for the worker.
     *
     * @return array{self, resource}
     */
    public static function pair(): array
    {
        $pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if ($pair === false) {
            throw new RuntimeException('No socket pair.');
        }

        return [new self($pair[0]), $pair[1]];
    }

    public static function connect(string $path): self
    {
        $stream = @stream_socket_client("unix://{$path}", $number, $reason, 5.0);
        if ($stream === false) {
            throw new RuntimeException("Cannot connect to {$path}: {$reason}");
        }

        return new self($stream);
    }

    /**
     * Waits for the worker's hello and answers it.
     *
     * @return array<string, mixed>
     */
    public function welcome(): array
    {
        $hello = $this->receive();
        $this->send('hello', ['v' => 1]);

        return is_array($hello) ? $hello : throw new RuntimeException('No hello came.');
    }

    /**
     * @param  array<string, mixed>  $members
     * @param  string  $body  sent behind the message in frames of bytes
     */
    public function send(string $type, array $members = [], string $body = ''): void
    {
        $this->writer->message(Message::encode($type, $members));
        $this->writer->bytes($body);
        $this->writer->flush();
    }

    /**
     * A request with usual members; those given replace them. Strings are bytes.
     *
     * @param  array<string, mixed>  $members
     */
    public function request(string $method, string $target, array $members = [], string $body = ''): void
    {
        $this->send('request', self::toJson($members) + [
            'id' => 'test-1',
            'method' => $method,
            'target' => $target,
            'version' => '1.1',
            'scheme' => 'http',
            'host' => 'localhost:8080',
            'client' => ['127.0.0.1', 50000],
            'server' => ['127.0.0.1', 8080],
            'time' => microtime(true),
            'headers' => [['Host', 'localhost:8080']],
            'body' => strlen($body),
            'length' => strlen($body),
        ], $body);
    }

    /**
     * A request, and all that comes back until the worker is ready or gone.
     *
     * @param  array<string, mixed>  $members
     */
    public function exchange(string $method, string $target, array $members = [], string $body = ''): RecordedAnswer
    {
        $this->request($method, $target, $members, $body);

        return $this->record();
    }

    /** Bytes that may be no frames at all. */
    public function raw(string $bytes): void
    {
        fwrite($this->stream, $bytes);
    }

    public function record(): RecordedAnswer
    {
        $answer = new RecordedAnswer;
        while (! $answer->isOver() && ($frame = $this->receive()) !== null) {
            $answer->add($frame);
        }

        return $answer;
    }

    /**
     * The next message, or body bytes; null at the end of the connection.
     *
     * @return array<string, mixed>|string|null
     */
    public function receive(): array|string|null
    {
        $payload = $this->reader->next();
        if ($payload === null) {
            return null;
        }
        if ($payload[0] === Frame::BYTES) {
            return substr($payload, 1);
        }
        $message = Message::decode($payload);

        return in_array(Message::type($message), ['answer', 'info'], true) ? Isomorphic::deepFromJson($message) : $message;
    }

    public function close(): void
    {
        if (is_resource($this->stream)) {
            fclose($this->stream);
        }
    }

    private static function toJson(mixed $value): mixed
    {
        if (is_array($value)) {
            return array_map(self::toJson(...), $value);
        }

        return is_string($value) ? Isomorphic::toJson($value) : $value;
    }
}
