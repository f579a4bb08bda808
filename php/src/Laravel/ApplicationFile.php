<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Foundation\Application;
use LaravelBridge\Autoload;
use LaravelBridge\Exceptions\NoApplication;

/**
 * bootstrap/app.php of an application, and what must be there before it.
 */
final class ApplicationFile
{
    /**
     * @param  string  $path  the application's folder; a link in it is kept, so that each start follows it anew
     */
    public function __construct(public readonly string $path)
    {
    }

    /**
     * Enters the folder and makes its classes known.
     *
     * @throws NoApplication where something is missing there
     */
    public function autoload(): void
    {
        foreach (['artisan', 'bootstrap/app.php', 'vendor/autoload.php'] as $file) {
            if (! is_file("{$this->path}/{$file}")) {
                throw NoApplication::missing($this->path, $file);
            }
        }
        chdir($this->path);
        require_once $this->path.'/vendor/autoload.php';
        Autoload::comeFirst();
    }

    /**
     * A new application that answers HTTP, although PHP_SAPI is "cli"; it is not booted yet.
     *
     * @throws NoApplication where the file returns something else
     */
    public function make(): Application
    {
        // Read once and remembered by the application. Afterwards it must be gone: a child process is started with $_ENV.
        $_ENV['APP_RUNNING_IN_CONSOLE'] = 'false';
        try {
            $cached = $this->path.'/.laravel/app.php';
            $app = require is_file($cached) ? $cached : $this->path.'/bootstrap/app.php';
            if (! $app instanceof Application) {
                throw NoApplication::notReturned($this->path);
            }
            $app->runningInConsole();
        } finally {
            unset($_ENV['APP_RUNNING_IN_CONSOLE']);
        }

        return $app;
    }
}
