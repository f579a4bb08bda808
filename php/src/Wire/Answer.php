<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use Closure;
use LogicException;

/**
 * The way back of one request: informational heads, one head, bytes, end, in this order.
 *
 * Made by the connection for each request and void after end(). Nothing leaves before flush() or end(), so that a small
 * answer is one write.
 */
final class Answer
{
    private bool $begun = false;

    private bool $ended = false;

    private int $sent = 0;

    /**
     * @param  (Closure(): void)|null  $beforeEnd  may still say something that has to be known when the answer is over
     */
    public function __construct(private readonly FrameWriter $writer, private readonly ?Closure $beforeEnd = null)
    {
    }

    public function begun(): bool
    {
        return $this->begun;
    }

    public function ended(): bool
    {
        return $this->ended;
    }

    /** Bytes of body handed over so far. */
    public function sent(): int
    {
        return $this->sent;
    }

    /**
     * @param  list<array{string, string}>  $headers
     */
    public function info(int $status, array $headers): void
    {
        $this->expect(! $this->begun, 'An informational answer after the head');
        $this->writer->message('{"t":"info","status":'.$status.',"headers":'.self::headers($headers).'}');
        $this->writer->flush();
    }

    /**
     * @param  list<array{string, string}>  $headers
     */
    public function head(int $status, array $headers, ?string $reason = null, ?FileSpan $file = null): void
    {
        $this->expect(! $this->begun, 'A second head');
        $this->begun = true;
        $json = '{"t":"answer","status":'.$status;
        if ($reason !== null) {
            $json .= ',"reason":'.self::string($reason);
        }
        $json .= ',"headers":'.self::headers($headers);
        if ($file !== null) {
            $json .= ',"file":{"path":'.self::string($file->path).',"offset":'.$file->offset.',"length":'.$file->length
                .',"delete":'.($file->delete ? 'true' : 'false').'}';
        }
        $this->writer->message($json.'}');
    }

    public function bytes(string $bytes): void
    {
        $this->expect($this->begun && ! $this->ended, 'Bytes outside of an answer');
        $this->sent += strlen($bytes);
        $this->writer->bytes($bytes);
    }

    public function flush(): void
    {
        $this->writer->flush();
    }

    /**
     * @param  int  $memory  bytes that the request has held at most; 0 where nobody knows
     */
    public function end(int $memory = 0): void
    {
        $this->expect($this->begun && ! $this->ended, 'An end without an answer');
        $this->ended = true;
        if ($this->beforeEnd !== null) {
            ($this->beforeEnd)();
        }
        $this->writer->message($memory === 0 ? '{"t":"end"}' : '{"t":"end","memory":'.$memory.'}');
        $this->writer->flush();
    }

    /**
     * @param  list<array{string, string}>  $headers
     */
    private static function headers(array $headers): string
    {
        $json = json_encode($headers, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        if ($json === false || ! Isomorphic::isAscii($json)) {
            foreach ($headers as $i => [$name, $value]) {
                $headers[$i] = [Isomorphic::toJson($name), Isomorphic::toJson($value)];
            }
            $json = json_encode($headers, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
        }

        return $json;
    }

    private static function string(string $bytes): string
    {
        return json_encode(Isomorphic::toJson($bytes), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
    }

    private function expect(bool $condition, string $what): void
    {
        if (! $condition) {
            throw new LogicException("{$what} is not allowed.");
        }
    }
}
