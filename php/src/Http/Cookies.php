<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

/**
 * Reads a Cookie header as PHP does: values percent-decoded ("+" stays), names mangled as variable names, brackets make
 * arrays, and of several cookies of one name the first counts.
 */
final class Cookies
{
    /**
     * @return array<array-key, mixed>
     */
    public static function parse(string $header): array
    {
        $cookies = [];
        foreach (explode(';', $header) as $pair) {
            $pair = ltrim($pair, " \t\n\r\v\f");
            [$name, $value] = explode('=', $pair, 2) + [1 => ''];
            if ($name === '') {
                continue;
            }
            if (strpbrk($name, ".[ \0") === false) {
                $cookies[$name] ??= rawurldecode($value);

                continue;
            }
            self::addMangled($cookies, $name, rawurldecode($value));
        }

        return $cookies;
    }

    /**
     * @param  array<array-key, mixed>  $cookies
     */
    private static function addMangled(array &$cookies, string $name, string $value): void
    {
        parse_str(rawurlencode($name).'='.rawurlencode($value), $one);
        foreach ($one as $key => $parsed) {
            $key = (string) $key;
            // A prefix that promises something must have been sent as such, not be the fruit of mangling.
            if ((str_starts_with($key, '__Host-') || str_starts_with($key, '__Secure-')) && ! str_starts_with($name, substr($key, 0, 7))) {
                continue;
            }
            if (is_array($parsed)) {
                // Brackets replace a plain value, and add to brackets; only plain values respect who was first.
                $cookies[$key] = is_array($cookies[$key] ?? null) ? self::merge($cookies[$key], $parsed) : $parsed;
            } else {
                $cookies[$key] ??= $parsed;
            }
        }
    }

    /**
     * @param  array<array-key, mixed>  $into
     * @param  array<array-key, mixed>  $more
     * @return array<array-key, mixed>
     */
    private static function merge(array $into, array $more): array
    {
        foreach ($more as $key => $value) {
            if (is_int($key) && $key === 0 && isset($into[0]) && array_is_list($into)) {
                $into[] = $value;
            } elseif (is_array($value) && is_array($into[$key] ?? null)) {
                $into[$key] = self::merge($into[$key], $value);
            } else {
                $into[$key] = $value;
            }
        }

        return $into;
    }
}
