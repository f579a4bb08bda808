<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * The opcode cache that all workers of a handler share. PHP empties a full one between two requests; for PHP, which runs as
 * a command here, there is only one, so that new code would be compiled again and again until the next reload.
 *
 * Made in the handler after the boot: a cache that was too small for that will not be larger after a reload.
 */
final class OpcodeCache
{
    /** Asking takes some microseconds. */
    private const REQUESTS = 100;

    private bool $useful;

    public function __construct()
    {
        $this->useful = function_exists('opcache_get_status') && $this->state() === null;
    }

    /**
     * Why it should be made anew, in words for the log, once in the life of a process.
     *
     * @param  int  $requests  served so far
     */
    public function worn(int $requests): ?string
    {
        if (! $this->useful || $requests % self::REQUESTS !== 0) {
            return null;
        }
        $state = $this->state();
        $this->useful = $state === null;

        return $state;
    }

    private function state(): ?string
    {
        $status = @opcache_get_status(false);

        return match (true) {
            ! is_array($status) => null,
            $status['restart_pending'] ?? false => 'the opcode cache waits for a restart',
            $status['cache_full'] ?? false => sprintf(
                'the opcode cache is full (opcache.memory_consumption=%s, opcache.max_accelerated_files=%s; PHP_OPTIONS can raise them)',
                ini_get('opcache.memory_consumption'), ini_get('opcache.max_accelerated_files'),
            ),
            default => null,
        };
    }
}
