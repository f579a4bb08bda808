<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

/**
 * What PHP's settings allow a form to bring. They cannot be changed while PHP runs.
 */
final class Limits
{
    /**
     * @param  int  $post  bytes of a body that is read as a form (post_max_size)
     * @param  int  $file  bytes of one uploaded file (upload_max_filesize)
     * @param  int  $files  files of one form (max_file_uploads)
     */
    public function __construct(
        public readonly int $post = PHP_INT_MAX,
        public readonly int $file = PHP_INT_MAX,
        public readonly int $files = PHP_INT_MAX,
    ) {
    }

    public static function ofPhp(): self
    {
        $files = (int) ini_get('max_file_uploads');

        return new self(
            self::bytes('post_max_size'),
            self::bytes('upload_max_filesize'),
            ! filter_var(ini_get('file_uploads'), FILTER_VALIDATE_BOOL) ? 0 : ($files > 0 ? $files : PHP_INT_MAX),
        );
    }

    /** 0 is no limit. */
    private static function bytes(string $setting): int
    {
        $text = trim((string) ini_get($setting));
        $bytes = (int) $text * match (strtolower(substr($text, -1))) {
            'k' => 1024,
            'm' => 1024 ** 2,
            'g' => 1024 ** 3,
            default => 1,
        };

        return $bytes > 0 ? $bytes : PHP_INT_MAX;
    }
}
