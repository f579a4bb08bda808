<?php

declare(strict_types=1);

use LaravelBridge\Worker\Worker;

/**
 * Gives the client its whole answer, as printed so far; the script goes on. The name is PHP-FPM's, and packages look for it.
 */
function fastcgi_finish_request(): bool
{
    return Worker::finishRequest();
}
