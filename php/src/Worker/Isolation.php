<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * What one process serves.
 */
enum Isolation: string
{
    /** Many requests, each with the application as it was at the fork. */
    case Worker = 'worker';

    /** One request; then the process ends. */
    case Request = 'request';
}
