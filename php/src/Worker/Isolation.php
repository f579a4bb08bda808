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

    /** One request, with the application as it was at the fork; then the process ends. */
    case Request = 'request';

    /** One request, for which the application is booted; then the process ends. */
    case Boot = 'boot';

    /**
     * @param  bool|null  $asked  what the server wants for this request: a process of its own, or not; null: nothing special
     */
    public function endsWith(?bool $asked): bool
    {
        return match ($this) {
            self::Worker => $asked ?? false,
            self::Request => $asked ?? true,
            self::Boot => true,
        };
    }
}
