<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

/**
 * A resetter whose thing must also differ from worker to worker.
 */
interface RenewedInFork
{
    public function forked(): void;
}
