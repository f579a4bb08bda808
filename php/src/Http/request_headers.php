<?php

declare(strict_types=1);

/*
 * Functions of PHP-FPM that the CLI lacks.
 */

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
