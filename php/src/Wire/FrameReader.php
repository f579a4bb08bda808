<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use LaravelBridge\Exceptions\WireViolation;

/**
 * Takes payloads out of a stream. Memory grows with what has arrived, never with what a length announces.
 *
 * The stream is made non-blocking and waited for by select(): a blocking read of PHP starts again by itself when a signal
 * arrives, and the signal's handler would wait for the next request.
 *
 * Owned by the connection; the stream belongs to whoever opened it. Legal until next() has returned null.
 */
final class FrameReader
{
    /** One read takes a whole small request: frame of the head and frames of the body. */
    private const CHUNK = 65_536;

    private string $buffer = '';

    /**
     * @param  resource  $stream
     */
    public function __construct(private readonly mixed $stream)
    {
        // Without PHP's own buffer a read is one recv() into the string that is returned.
        stream_set_read_buffer($stream, 0);
        stream_set_chunk_size($stream, self::CHUNK);
        stream_set_blocking($stream, false);
    }

    /**
     * The next payload; null when the stream ends between two frames.
     */
    public function next(): ?string
    {
        while (true) {
            $payload = $this->take();
            if ($payload !== null) {
                return $payload;
            }
            if (! $this->fill()) {
                if ($this->buffer !== '') {
                    throw WireViolation::truncated();
                }

                return null;
            }
        }
    }

    /**
     * Whether next() has something to say now: a whole frame, a part of one, or the end of the stream.
     */
    public function ready(): bool
    {
        if ($this->buffer !== '') {
            return true;
        }
        $read = [$this->stream];
        $none = null;

        return @stream_select($read, $none, $none, 0) === 1;
    }

    private function take(): ?string
    {
        $have = strlen($this->buffer);
        if ($have < Frame::HEADER) {
            return null;
        }
        $length = (ord($this->buffer[0]) << 24) | (ord($this->buffer[1]) << 16) | (ord($this->buffer[2]) << 8) | ord($this->buffer[3]);
        if ($length < 1 || $length > Frame::MAX_BYTES + 1) {
            throw WireViolation::badLength($length);
        }
        if ($have === Frame::HEADER) {
            return null;
        }
        $marker = $this->buffer[Frame::HEADER];
        if ($marker !== '{' && $marker !== Frame::BYTES) {
            throw WireViolation::unknownMarker(ord($marker));
        }
        if ($marker === '{' && $length > Frame::MAX_MESSAGE) {
            throw WireViolation::badLength($length);
        }
        $end = Frame::HEADER + $length;
        if ($have < $end) {
            return null;
        }
        $payload = substr($this->buffer, Frame::HEADER, $length);
        $this->buffer = $have === $end ? '' : substr($this->buffer, $end);

        return $payload;
    }

    private function fill(): bool
    {
        while (true) {
            $read = [$this->stream];
            $none = null;
            // False when a signal came: its handler runs before the next line.
            if (@stream_select($read, $none, $none, null) !== 1) {
                continue;
            }
            $chunk = @fread($this->stream, self::CHUNK);
            if ($chunk !== false && $chunk !== '') {
                $this->buffer = $this->buffer === '' ? $chunk : $this->buffer.$chunk;

                return true;
            }
            if (feof($this->stream)) {
                return false;
            }
        }
    }
}
