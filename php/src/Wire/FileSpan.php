<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

/**
 * A part of a file that the server sends as the body of an answer.
 */
final class FileSpan
{
    /**
     * @param  bool  $delete  the server removes the file after sending it
     */
    public function __construct(
        public readonly string $path,
        public readonly int $offset,
        public readonly int $length,
        public readonly bool $delete = false,
    ) {
    }
}
