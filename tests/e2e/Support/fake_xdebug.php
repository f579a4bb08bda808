<?php

declare(strict_types=1);

/*
 * For auto_prepend_file: the functions of Xdebug that the package calls, where PHP does not have it. Whoever is attached is in the file FAKE_XDEBUG.
 */

if (! function_exists('xdebug_info')) {
    /** @return list<string> */
    function xdebug_info(string $category): array
    {
        return $category === 'mode' ? ['debug'] : [];
    }

    function xdebug_connect_to_client(): bool
    {
        return file_put_contents((string) getenv('FAKE_XDEBUG'), getmypid()."\n", FILE_APPEND) !== false;
    }

    function xdebug_is_debugger_active(): bool
    {
        return in_array((string) getmypid(), explode("\n", (string) @file_get_contents((string) getenv('FAKE_XDEBUG'))), true);
    }
}
