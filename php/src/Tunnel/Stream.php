<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use Generator;
use InvalidArgumentException;
use Symfony\Component\HttpFoundation\Response;

/** An answer that is bytes and no JSON: `return new Stream($rows(), 'text/csv');`. A Generator and an HTTP response are such answers, too. */
final class Stream
{
    /** @var iterable<string>|resource|Response */
    private $source;

    /**
     * @param  iterable<string>|resource|Response  $source
     * @param  array<string, string>  $headers
     */
    public function __construct($source, public readonly string $contentType = 'application/octet-stream', public readonly int $status = 200, public readonly array $headers = [])
    {
        if (! is_iterable($source) && ! is_resource($source) && ! $source instanceof Response) {
            throw new InvalidArgumentException('A stream is made of an iterable of strings, a resource, or a response');
        }
        $this->source = $source;
    }

    /** The stream that a task means by what it returned; null: it means JSON. */
    public static function of(mixed $result): ?self
    {
        if ($result instanceof Response) {
            $headers = array_map(static fn (array $values): string => implode(', ', array_map(strval(...), $values)), $result->headers->all());

            return new self($result, $result->headers->get('Content-Type') ?? 'text/html; charset=UTF-8', $result->getStatusCode(), array_diff_key($headers, ['content-type' => 0, 'set-cookie' => 0]));
        }

        return $result instanceof self ? $result : ($result instanceof Generator ? new self($result) : null);
    }

    /** Head, pieces and end, at the pace of the client; stops where nobody waits any more. */
    public function send(Lines $lines, int $id): void
    {
        $lines->write(['id' => $id, 'stream' => ['status' => $this->status, 'contentType' => $this->contentType, 'headers' => (object) $this->headers]]);
        if ($this->source instanceof Response) {
            $this->sendResponse($this->source, $lines, $id);
        } else {
            foreach (is_iterable($this->source) ? $this->source : self::read($this->source) as $piece) {
                if (! self::piece($piece, $lines, $id)) {
                    break;
                }
            }
        }
        $lines->write(['id' => $id, 'end' => true]);
    }

    /** A response prints. */
    private function sendResponse(Response $response, Lines $lines, int $id): void
    {
        ob_start(static function (string $printed) use ($lines, $id): string {
            self::piece($printed, $lines, $id);

            return '';
        }, 32768);
        try {
            $response->sendContent();
        } finally {
            ob_end_flush();
        }
    }

    private static function piece(string $bytes, Lines $lines, int $id): bool
    {
        foreach ($bytes === '' ? [] : str_split($bytes, 49152) as $part) {
            if (! $lines->flows($id)) {
                return false;
            }
            $lines->write(['id' => $id, 'chunk' => base64_encode($part)]);
        }

        return true;
    }

    /**
     * @param  resource  $stream
     * @return Generator<int, string>
     */
    private static function read($stream): Generator
    {
        while (! feof($stream)) {
            yield (string) fread($stream, 49152);
        }
    }
}
