<?php

declare(strict_types=1);

use LaravelBridge\Worker\Worker;

/*
 * Functions of PHP-FPM that the CLI lacks, and applications call or look for.
 */

if (! function_exists('fastcgi_finish_request')) {
    /**
     * Gives the client its whole answer, as printed so far; the script goes on.
     */
    function fastcgi_finish_request(): bool
    {
        return Worker::finishRequest();
    }
}

if (! function_exists('getallheaders')) {
    /**
     * @return array<string, string> the fields of the request, named as is usual and not as they were sent
     */
    function getallheaders(): array
    {
        $headers = [];
        foreach ($_SERVER as $name => $value) {
            $field = match (true) {
                str_starts_with($name, 'HTTP_') => substr($name, 5),
                $name === 'CONTENT_TYPE', $name === 'CONTENT_LENGTH' => $name,
                default => null,
            };
            if ($field !== null) {
                $headers[strtr(ucwords(strtolower(strtr($field, '_', ' '))), ' ', '-')] = (string) $value;
            }
        }

        return $headers;
    }
}

if (! function_exists('apache_request_headers')) {
    /**
     * @return array<string, string>
     */
    function apache_request_headers(): array
    {
        return getallheaders();
    }
}
