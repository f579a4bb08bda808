<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use Generator;
use RuntimeException;

/** The bytes of a request that is an octet-stream. They can be read once where they come while the task runs (TUNNEL_DUPLEX). */
final class Body
{
    /** @param  string|null  $path  the file that holds them; null: they come line by line */
    public function __construct(private readonly ?string $path, private readonly ?int $size, private readonly Lines $lines, private readonly int $id)
    {
    }

    /** In bytes; null: not known before the end. */
    public function size(): ?int
    {
        return $this->size;
    }

    /** The file that holds them, until the task has answered; null: they come while the task runs. */
    public function path(): ?string
    {
        return $this->path;
    }

    /** @return Generator<int, string> */
    public function chunks(): Generator
    {
        if ($this->path === null) {
            while (($chunk = $this->lines->chunk($this->id)) !== null) {
                yield $chunk;
            }

            return;
        }
        $stream = $this->open($this->path);
        try {
            while (($chunk = (string) fread($stream, 65536)) !== '') {
                yield $chunk;
            }
        } finally {
            fclose($stream);
        }
    }

    /**
     * A stream that can be read and rewound; what comes while the task runs is awaited first.
     *
     * @return resource
     */
    public function stream()
    {
        if ($this->path !== null) {
            return $this->open($this->path);
        }
        $stream = fopen('php://temp', 'w+b') ?: throw new RuntimeException('No temporary file');
        foreach ($this->chunks() as $chunk) {
            fwrite($stream, $chunk);
        }
        rewind($stream);

        return $stream;
    }

    public function contents(): string
    {
        return implode('', iterator_to_array($this->chunks(), false));
    }

    /** @return resource */
    private function open(string $path)
    {
        return fopen($path, 'rb') ?: throw new RuntimeException("The body cannot be read: $path");
    }
}
