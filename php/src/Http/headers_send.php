<?php

declare(strict_types=1);

use LaravelBridge\Http\EarlyHints;

/**
 * Sends what header() has said so far as an informational answer. The name is that of other servers, and Symfony looks for it.
 */
function headers_send(int $status = 200): bool
{
    return EarlyHints::send($status);
}
