<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** One connection that never blocks: sends a question step by step, reads its answer, and says when that is over. */
final class Client
{
    /** @var resource|null */
    private $socket = null;

    private ?Question $question = null;

    private string $out = '';

    private string $in = '';

    private int $step = 0;

    private float $waitUntil = 0;

    private bool $connected = false;

    public function __construct(private readonly string $address)
    {
    }

    public function ask(Question $question): void
    {
        $this->question = $question;
        $this->step = 0;
        $this->in = $this->out = '';
        $this->waitUntil = 0;
        if ($this->socket === null || $question->apart) {
            $this->close();
            $this->connect();
        }
    }

    public function question(): ?Question
    {
        return $this->question;
    }

    /** @return resource|null */
    public function socket()
    {
        return $this->socket;
    }

    public function connected(): bool
    {
        return $this->socket !== null;
    }

    public function wantsToWrite(): bool
    {
        return $this->socket !== null && ($this->out !== '' || ! $this->connected);
    }

    /** Takes the next steps that are due. The answer, when there can be no other: the client has left. */
    public function proceed(float $now): ?Reply
    {
        if ($this->socket === null && $this->question !== null) {
            return $this->over(Reply::none());
        }
        while ($this->question !== null && $this->out === '' && $now >= $this->waitUntil) {
            $step = $this->question->steps[$this->step] ?? null;
            if ($step === null) {
                return $this->question->leaves ? $this->over(Reply::none()) : null;
            }
            $this->step++;
            if (is_string($step)) {
                $this->out = $step;
                $this->write();
            } else {
                $this->waitUntil = $now + $step;
            }
        }

        return null;
    }

    public function write(): void
    {
        $this->connected = true;
        if ($this->socket === null || $this->out === '') {
            return;
        }
        $written = @fwrite($this->socket, $this->out);
        // Where it cannot be written any more, there may still be an answer to read.
        $this->out = $written === false ? '' : substr($this->out, $written);
    }

    public function read(): ?Reply
    {
        if ($this->socket === null) {
            return null;
        }
        $bytes = @fread($this->socket, 262144);
        $ended = $bytes === false || ($bytes === '' && feof($this->socket));
        if ($this->question === null) {
            // Between two questions the server may only close.
            $this->close();

            return null;
        }
        $this->in .= (string) $bytes;
        $reply = Reply::read($this->in, $ended);

        return $reply === null ? null : $this->over($reply);
    }

    public function close(): void
    {
        if ($this->socket !== null) {
            fclose($this->socket);
            $this->socket = null;
        }
    }

    private function connect(): void
    {
        $context = stream_context_create(['socket' => ['tcp_nodelay' => true]]);
        $socket = @stream_socket_client($this->address, $code, $message, 5, STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT, $context);
        $this->connected = false;
        if ($socket !== false) {
            stream_set_blocking($socket, false);
            stream_set_read_buffer($socket, 0);
            stream_set_write_buffer($socket, 0);
            $this->socket = $socket;
        }
    }

    private function over(Reply $reply): Reply
    {
        if (! $reply->keepsAlive() || $this->question?->apart || isset($this->question->steps[$this->step])) {
            $this->close();
        }
        $this->question = null;

        return $reply;
    }
}
