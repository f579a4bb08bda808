<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use LaravelBridge\Exceptions\ConnectionLost;

/**
 * Puts payloads into frames and sends what has gathered with one write. Waits while the other side does not read.
 *
 * Owned by the connection. After a ConnectionLost nothing is sent any more, and every further flush throws it again.
 */
final class FrameWriter
{
    /** Up to here a body is worth copying behind its head, for the sake of one write. */
    private const COPY_LIMIT = 131_072;

    private string $pending = '';

    private bool $lost = false;

    /** A frame is being written, or built: nothing else may come into its middle. */
    private bool $writing = false;

    /** What a signal handler wanted to say meanwhile. */
    private string $interjected = '';

    /**
     * @param  resource  $stream
     */
    public function __construct(private readonly mixed $stream)
    {
        stream_set_write_buffer($stream, 0);
        stream_set_blocking($stream, false);
    }

    public function message(string $json): void
    {
        $this->pending .= Frame::message($json);
    }

    public function bytes(string $bytes): void
    {
        $length = strlen($bytes);
        if ($length <= self::COPY_LIMIT) {
            if ($length > 0) {
                $this->pending .= Frame::bytes($bytes);
            }

            return;
        }
        for ($at = 0; $at < $length; $at += Frame::MAX_BYTES) {
            $part = $length <= Frame::MAX_BYTES ? $bytes : substr($bytes, $at, Frame::MAX_BYTES);
            $this->writing = true;
            $pending = $this->pending.pack('N', strlen($part) + 1).Frame::BYTES;
            $this->pending = '';
            $this->write($pending);
            $this->write($part);
            $this->written();
        }
    }

    public function flush(): void
    {
        if ($this->pending === '') {
            return;
        }
        $this->writing = true;
        $pending = $this->pending;
        $this->pending = '';
        $this->write($pending);
        $this->written();
    }

    /**
     * Sends a message at once, before what is gathered; for a signal handler, which may come in the middle of anything in
     * here: then behind the frames that are under way.
     */
    public function interject(string $json): void
    {
        if ($this->writing) {
            $this->interjected .= Frame::message($json);

            return;
        }
        $this->writing = true;
        $this->write(Frame::message($json));
        $this->written();
    }

    private function written(): void
    {
        while ($this->interjected !== '') {
            $late = $this->interjected;
            $this->interjected = '';
            $this->write($late);
        }
        $this->writing = false;
    }

    private function write(string $bytes): void
    {
        while (! $this->lost) {
            $written = @fwrite($this->stream, $bytes);
            if ($written === strlen($bytes)) {
                return;
            }
            if ($written === false) {
                $this->lost = true;
                break;
            }
            // The server takes its time, and we take it too: that is how back-pressure reaches the application.
            $bytes = substr($bytes, $written);
            $write = [$this->stream];
            $none = null;
            @stream_select($none, $write, $none, null);
        }

        throw ConnectionLost::whileWriting();
    }
}
