<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

use RuntimeException;

/** The names of the rows of docs/differences.md: what stands in the first column, between backticks. */
final class Rows
{
    /** @return list<string> */
    public static function of(string $path): array
    {
        preg_match_all('/^\| `([a-z0-9-]+)` \|/m', (string) file_get_contents($path), $matches);
        if ($matches[1] === [] || $matches[1] !== array_unique($matches[1])) {
            throw new RuntimeException("$path: each row begins with a name of its own");
        }

        return $matches[1];
    }
}
