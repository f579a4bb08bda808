<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

/**
 * A file of a multipart body, spooled by the server and private to the request.
 */
final class UploadedPart
{
    public function __construct(
        public readonly string $field,
        public readonly string $name,
        public readonly string $type,
        public readonly string $path,
        public readonly int $size,
        public readonly int $error,
    ) {
    }
}
