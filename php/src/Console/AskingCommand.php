<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use Illuminate\Console\Command;

/**
 * Asks the running server, by becoming the native program that knows how. Its exit code is the command's: 0 done, 1 refused
 * or not ready, 3 no server answers.
 */
abstract class AskingCommand extends Command
{
    /** As the shells say it. */
    private const EX_NOT_FOUND = 127;

    public function handle(Processes $processes, InitialEnvironment $environment): int
    {
        $configured = $this->laravel->make('config')->get('bridge.binary');
        $binary = (new NativeBinary($processes, is_string($configured) ? $configured : null))->find();
        if ($binary === null) {
            $this->components->error('The native server is not found; php artisan laravel-rust:serve says how it is built.');

            return self::EX_NOT_FOUND;
        }

        return $processes->become($binary, $this->serverCommand(), $environment->all() + ['LARAVEL_PATH' => $this->laravel->basePath()]);
    }

    /**
     * @return list<string> the arguments of the native program
     */
    abstract protected function serverCommand(): array;
}
