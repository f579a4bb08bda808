<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\Response;

/** A body of exactly that many KiB. */
final class PayloadController extends Controller
{
    private const MAX_KIB = 65536;

    public function __invoke(int $kib): Response
    {
        abort_if($kib > self::MAX_KIB, 404);

        return response(self::text($kib * 1024), 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
    }

    /** Lines of 64 bytes, each beginning with its own offset, so that a missing or doubled piece shows. */
    public static function text(int $bytes): string
    {
        $text = '';

        for ($offset = 0; $offset < $bytes; $offset += 64) {
            $text .= sprintf("%010d %s\n", $offset, 'The quick brown fox jumps over the lazy dog 12345678');
        }

        return substr($text, 0, $bytes);
    }
}
