<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use Closure;
use LaravelBridge\Exceptions\WireViolation;

/**
 * A worker's one connection to the server: greets, takes requests, says when it is free.
 *
 * Owned by the worker for its whole life. The calls are legal in the order of the protocol: open, then again and again
 * nextRequest, taken, the answer, ready.
 */
final class WorkerConnection
{
    /** A message has an end; who has more to find out has enough to do. */
    private const MOST_FINDINGS = 100;

    private readonly FrameReader $reader;

    private readonly FrameWriter $writer;

    private bool $cancelled = false;

    /**
     * @param  resource  $stream
     */
    public function __construct(private readonly mixed $stream)
    {
        $this->reader = new FrameReader($stream);
        $this->writer = new FrameWriter($stream);
    }

    /**
     * Says hello and waits for the answer: null when the server takes this worker, else its reason against.
     */
    public function open(Hello $hello): ?string
    {
        $this->writer->message($hello->encode());
        $this->writer->flush();
        $payload = $this->reader->next();
        if ($payload === null) {
            return 'the server closed the connection';
        }
        $message = Message::decode($payload);

        return match (Message::type($message)) {
            'hello' => ($message['v'] ?? null) === Hello::VERSION ? null : 'the server speaks another version of the protocol',
            'refuse' => is_string($message['reason'] ?? null) ? $message['reason'] : 'no reason given',
            default => throw WireViolation::unexpected(Message::type($message), 'hello or refuse'),
        };
    }

    /**
     * Waits for a request and its whole body; null when the server has closed the connection. Pings are answered on the way.
     *
     * @param  callable(): string  $pong  the text of the pong, asked for when it is needed
     */
    public function nextRequest(callable $pong): ?Request
    {
        while (($payload = $this->reader->next()) !== null) {
            $message = Message::decode($payload);
            switch (Message::type($message)) {
                case 'request':
                    return $this->readRequest($message, $payload);
                case 'ping':
                    $this->writer->message($pong());
                    $this->writer->flush();
                    break;
                case 'cancel':
                    // It crossed our ready: the request it means is over.
                    break;
                default:
                    throw WireViolation::unexpected(Message::type($message), 'request or ping');
            }
        }

        return null;
    }

    public function taken(): void
    {
        $this->writer->message('{"t":"taken"}');
        $this->writer->flush();
    }

    /**
     * Says where PHP is in the running request. May be called from a signal handler.
     *
     * @param  list<string>  $frames  the innermost first
     */
    public function stack(string $id, array $frames): void
    {
        $this->writer->interject(Message::encode('stack', ['id' => Isomorphic::toJson($id), 'frames' => $frames]));
    }

    /**
     * @param  (Closure(): void)|null  $beforeEnd  as in Answer
     */
    public function answer(?Closure $beforeEnd = null): Answer
    {
        return new Answer($this->writer, $beforeEnd);
    }

    /**
     * Says, with what is sent next, that the handler would boot another application now.
     *
     * @param  bool  $hold  the running request has made it so, and none after it is to see the old one
     */
    public function outdated(string $why, bool $hold): void
    {
        $this->writer->message('{"t":"outdated","why":'.self::text($why).($hold ? ',"hold":true' : '').'}');
    }

    /**
     * @param  bool  $patient  a worker that wants to be replaced takes requests until it is
     * @param  list<array{kind: string, place: string, what: string, route: string, advice: string}>  $findings
     */
    public function ready(int $memory, int $peak, int $requests, ?string $retireWhy = null, array $findings = [], bool $patient = false): void
    {
        $json = '{"t":"ready","memory":'.$memory.',"peak":'.$peak.',"requests":'.$requests
            .($retireWhy === null ? ',"retire":false' : ',"retire":true'.($patient ? ',"patient":true' : '').',"why":'.self::text($retireWhy));
        if ($findings !== []) {
            $json .= ',"findings":'.self::text(array_slice($findings, 0, self::MOST_FINDINGS));
        }
        $this->writer->message($json.'}');
        $this->writer->flush();
    }

    /**
     * Whether the client of the running request has left, as far as one knows without waiting.
     */
    public function cancelled(): bool
    {
        while (! $this->cancelled && $this->reader->ready()) {
            $payload = $this->reader->next();
            if ($payload === null) {
                return $this->cancelled = true;
            }
            $message = Message::decode($payload);
            if (Message::type($message) !== 'cancel') {
                throw WireViolation::unexpected(Message::type($message), 'cancel');
            }
            $this->cancelled = true;
        }

        return $this->cancelled;
    }

    public function close(): void
    {
        if (is_resource($this->stream)) {
            fclose($this->stream);
        }
    }

    /**
     * @param  array<string, mixed>  $message
     */
    private function readRequest(array $message, string $payload): Request
    {
        $this->cancelled = false;
        $length = $message['body'] ?? null;
        if (! is_int($length) || $length < 0) {
            throw WireViolation::badMember('request', 'body');
        }
        // The usual head is ASCII and written without escapes: then the decoded strings are the bytes themselves.
        if (str_contains($payload, '\\u') || ! Isomorphic::isAscii($payload)) {
            $message = Isomorphic::deepFromJson($message);
        }
        $body = '';
        while (strlen($body) < $length) {
            $bytes = $this->reader->next();
            if ($bytes === null) {
                throw WireViolation::truncated();
            }
            if ($bytes[0] !== Frame::BYTES) {
                if (Message::type(Message::decode($bytes)) !== 'cancel') {
                    throw WireViolation::unexpected('A message', 'body bytes');
                }
                $this->cancelled = true;

                continue;
            }
            $body = $body === '' ? substr($bytes, 1) : $body.substr($bytes, 1);
        }
        if (strlen($body) > $length) {
            throw WireViolation::unexpected('More body than announced', 'the end of the body');
        }

        return Request::fromMessage($message, $body);
    }

    /**
     * Texts for people, which may hold anything.
     */
    private static function text(mixed $value): string
    {
        return json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
    }
}
