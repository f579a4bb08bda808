<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Throwable;

/**
 * PHP's own session (session_start), which Laravel does without and some packages do not: written and let go at the end
 * of each request, as PHP does under a web server. Its id must never be there for the next client.
 */
final class PhpSession
{
    /** @var array<string, mixed>|null the settings before the first request; null without the extension */
    private readonly ?array $settings;

    public function __construct()
    {
        $this->settings = extension_loaded('session') ? (ini_get_all('session', false) ?: []) : null;
    }

    public function end(): void
    {
        if ($this->settings === null) {
            return;
        }
        if (session_status() === PHP_SESSION_ACTIVE) {
            try {
                session_write_close();
            } catch (Throwable $e) { // @phpstan-ignore catch.neverThrown (a save handler can throw)
                // A save handler of the application's, which has nobody above it any more.
                fwrite(STDERR, "{$e}\n");
            }
        } elseif (! isset($_SESSION) && session_id() === '') {
            return;
        }
        unset($GLOBALS['_SESSION']);
        @session_id('');
        foreach (ini_get_all('session', false) ?: [] as $name => $value) {
            if (($this->settings[$name] ?? null) !== $value) {
                @ini_set($name, (string) ($this->settings[$name] ?? ''));
            }
        }
    }
}
