<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * What header(), setcookie() and http_response_code() have said during this request, to PHP and not to a response object.
 */
final class PhpHeaders
{
    /**
     * Forgets what an earlier request said.
     */
    public function forget(): void
    {
        if (headers_sent()) {
            HeadersSent::ofProcess()->set(false);
        }
        HeadersSent::ofProcess()->forgetCallback();
        if (http_response_code() !== 200) {
            http_response_code(200);
        }
        if (headers_list() !== []) {
            @header_remove();
        }
    }

    /**
     * The head is about to leave: who has asked for it is called (header_register_callback).
     */
    public function settle(): void
    {
        HeadersSent::ofProcess()->callBack();
    }

    public function status(): ?int
    {
        $status = http_response_code();
        if ($status === 200 && self::redirect($this->all())) {
            return 302;
        }

        return is_int($status) && $status >= 200 && $status <= 599 ? $status : null;
    }

    /**
     * @return list<array{string, string}>
     */
    public function all(): array
    {
        $headers = [];
        foreach (headers_list() as $line) {
            $colon = strpos($line, ':');
            if ($colon !== false) {
                $headers[] = [substr($line, 0, $colon), ltrim(substr($line, $colon + 1))];
            }
        }

        return $headers;
    }

    /**
     * Whether a 200 with these becomes a 302: FPM says no status where it is 200, and web servers take a Location without one
     * for a redirect.
     *
     * @param  list<array{string, string}>  $headers
     */
    public static function redirect(array $headers): bool
    {
        foreach ($headers as [$name]) {
            if (strcasecmp($name, 'Location') === 0) {
                return true;
            }
        }

        return false;
    }

    /**
     * The head of an answer for which there is no response object.
     *
     * @return list<array{string, string}>
     */
    public function forPlainOutput(): array
    {
        return self::withType($this->all());
    }

    /**
     * PHP adds a type when nobody named one.
     *
     * @param  list<array{string, string}>  $headers
     * @return list<array{string, string}>
     */
    public static function withType(array $headers): array
    {
        foreach ($headers as [$name]) {
            if (strcasecmp($name, 'Content-Type') === 0) {
                return $headers;
            }
        }
        $type = (string) ini_get('default_mimetype');
        $charset = (string) ini_get('default_charset');
        if ($type !== '') {
            $headers[] = ['Content-Type', $charset === '' ? $type : "{$type}; charset={$charset}"];
        }

        return $headers;
    }
}
