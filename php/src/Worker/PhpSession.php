<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Throwable;

/**
 * PHP's own session (session_start), which Laravel does without and some packages do not. PHP writes it and forgets it
 * when a request ends; here the process goes on, and would have the id of one client for the next.
 */
final class PhpSession
{
    private readonly bool $exists;

    public function __construct()
    {
        $this->exists = extension_loaded('session');
    }

    /**
     * Writes the session, as PHP does after the last shutdown function.
     */
    public function write(): void
    {
        if ($this->exists && session_status() === PHP_SESSION_ACTIVE) {
            try {
                session_write_close();
            } catch (Throwable $e) { // @phpstan-ignore catch.neverThrown (a save handler can throw)
                fwrite(STDERR, "{$e}\n");
            }
        }
    }

    /**
     * Whether there was a session in this process. There is no way to forget its id: an empty one, unlike none, makes
     * PHP pass over the client's cookie.
     */
    public function used(): bool
    {
        return $this->exists && (isset($_SESSION) || session_id() !== '');
    }
}
