<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

/**
 * Brings one thing that requests leave behind back to what it was at the fork.
 *
 * Made once, in the handler, when the application is booted and warm: that moment is what it brings back. reset() runs
 * after each request, when terminable work is over, and is cheap when the request left the thing alone.
 */
interface Resetter
{
    public function reset(): void;
}
