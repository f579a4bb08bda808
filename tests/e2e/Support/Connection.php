<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;

/** One TCP connection, byte by byte: what is sent is exactly what the test says, what comes is read in the pieces in which the server sent it. */
final class Connection
{
    private const SECONDS = 15;

    /** @var resource */
    private $socket;

    private string $buffer = '';

    public function __construct(string $address)
    {
        $socket = @stream_socket_client($address, $code, $message, 5);
        if ($socket === false) {
            throw new RuntimeException("$address: $message");
        }
        $this->socket = $socket;
        stream_set_timeout($this->socket, self::SECONDS);
        stream_set_read_buffer($this->socket, 0);
    }

    public function send(string $bytes): self
    {
        while ($bytes !== '') {
            $written = @fwrite($this->socket, $bytes);
            if ($written === false || $written === 0) {
                throw new RuntimeException('The server closed while the request was sent.');
            }
            $bytes = substr($bytes, $written);
        }

        return $this;
    }

    /** @param  array<string, string|list<string>>  $headers */
    public function request(string $method, string $target, array $headers = [], string $body = ''): self
    {
        $headers += ['Host' => 'localhost'];
        if ($body !== '' || in_array($method, ['POST', 'PUT', 'PATCH'], true)) {
            $headers += ['Content-Length' => (string) strlen($body)];
        }
        $head = "$method $target HTTP/1.1\r\n";
        foreach ($headers as $name => $values) {
            foreach ((array) $values as $value) {
                $head .= "$name: $value\r\n";
            }
        }

        return $this->send("$head\r\n$body");
    }

    /** The next answer, whole, without the informational ones before it; `$bodiless` for HEAD. */
    public function answer(bool $bodiless = false): Answer
    {
        do {
            $answer = $this->head();
        } while ($answer->status < 200 && $answer->status !== 101);
        if ($bodiless || in_array($answer->status, [204, 304], true)) {
            return $answer;
        }
        if (strtolower($answer->header('Transfer-Encoding') ?? '') === 'chunked') {
            $body = '';
            while (($chunk = $this->chunk()) !== null) {
                $body .= $chunk;
            }

            return $answer->withBody($body);
        }
        $length = $answer->header('Content-Length');

        return $answer->withBody($length === null ? $this->rest() : $this->exactly((int) $length));
    }

    /** The next head only: informational answers are returned too. */
    public function head(): Answer
    {
        $lines = explode("\r\n", rtrim($this->until("\r\n\r\n"), "\r\n"));
        if (! preg_match('~^HTTP/(1\.[01]) (\d{3}) ?(.*)$~', $lines[0], $match)) {
            throw new RuntimeException("No status line: $lines[0]");
        }
        $headers = array_map(static function (string $line): array {
            [$name, $value] = explode(':', $line, 2);

            return [$name, trim($value, " \t")];
        }, array_slice($lines, 1));

        return new Answer($match[1], (int) $match[2], $match[3], $headers);
    }

    /** The next chunk of a chunked body, as soon as it is there; null at the end. */
    public function chunk(): ?string
    {
        $size = hexdec(rtrim($this->until("\r\n"), "\r\n"));
        if ($size === 0) {
            while (rtrim($this->until("\r\n"), "\r\n") !== '');

            return null;
        }
        $chunk = $this->exactly((int) $size);
        $this->exactly(2);

        return $chunk;
    }

    public function exactly(int $bytes): string
    {
        while (strlen($this->buffer) < $bytes) {
            $this->fill();
        }
        $taken = substr($this->buffer, 0, $bytes);
        $this->buffer = substr($this->buffer, $bytes);

        return $taken;
    }

    /** Everything up to the end of the connection. */
    public function rest(): string
    {
        while ($this->read()) {
        }
        $rest = $this->buffer;
        $this->buffer = '';

        return $rest;
    }

    /** Whether the server ends the connection here, with nothing more to say. */
    public function ends(): bool
    {
        return $this->buffer === '' && ! $this->read();
    }

    public function readable(float $seconds): bool
    {
        $read = [$this->socket];
        $none = null;

        return $this->buffer !== '' || stream_select($read, $none, $none, (int) $seconds, (int) (fmod($seconds, 1) * 1e6)) > 0;
    }

    public function finish(): self
    {
        stream_socket_shutdown($this->socket, STREAM_SHUT_WR);

        return $this;
    }

    public function close(): void
    {
        fclose($this->socket);
    }

    /** Ends it with a RST instead of a FIN. */
    public function reset(): void
    {
        $socket = socket_import_stream($this->socket) ?: throw new RuntimeException('This is no socket');
        socket_set_option($socket, SOL_SOCKET, SO_LINGER, ['l_onoff' => 1, 'l_linger' => 0]);
        unset($socket);
        fclose($this->socket);
    }

    private function until(string $mark): string
    {
        while (($at = strpos($this->buffer, $mark)) === false) {
            $this->fill();
        }

        return $this->exactly($at + strlen($mark));
    }

    private function fill(): void
    {
        if (! $this->read()) {
            throw new RuntimeException('The connection ended early; unread: '.substr($this->buffer, 0, 200));
        }
    }

    private function read(): bool
    {
        $bytes = @fread($this->socket, 262144);
        if ($bytes === false || $bytes === '') {
            if (stream_get_meta_data($this->socket)['timed_out']) {
                throw new RuntimeException('No byte came in '.self::SECONDS.' s; unread: '.substr($this->buffer, 0, 200));
            }

            return false;
        }
        $this->buffer .= $bytes;

        return true;
    }
}
