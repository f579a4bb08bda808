<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use LaravelBridge\Worker\Main;
use LaravelBridge\Worker\Priority;

/**
 * Becomes the program that boots the application as one that answers HTTP, and forks its workers.
 */
final class HandlerProgram
{
    public function __construct(
        private readonly Processes $processes,
        private readonly InitialEnvironment $environment,
        private readonly Priority $priority = new Priority,
    ) {
    }

    /**
     * As composer's autoloader finds the command that the server starts: what it runs in is left behind anyway, so it
     * need not boot first. Returns where this is another program.
     *
     * @param  list<string>  $arguments  of this program, its own name first
     */
    public function becomeEarly(array $arguments): ?int
    {
        $isTheServers = PHP_SAPI === 'cli' && getenv('BRIDGE_CONTROL_FD') !== false
            && basename($arguments[0] ?? '') === 'artisan' && array_slice($arguments, 1) === ['laravel-rust:serve'];

        return $isTheServers ? $this->become((string) getcwd()) : null;
    }

    /**
     * @param  string  $basePath  the application's folder, where LARAVEL_PATH does not name it
     * @return int the exit code, where this could not become another program and ran it instead
     */
    public function become(string $basePath, bool $detect = false): int
    {
        $variables = $this->environment->forHandler();
        $variables += ['LARAVEL_PATH' => $this->environment->applicationPath($basePath)];
        if ($detect) {
            $variables['DETECT'] = 'on';
        }
        if (isset($variables['BRIDGE_BESIDE'])) {
            $variables['BRIDGE_BESIDE'] = (string) $this->priority->giveWay();
        }
        $control = $variables['BRIDGE_CONTROL_FD'] ?? null;
        $options = Main::options($variables['PHP_OPTIONS'] ?? '', $variables['PHP_INI'] ?? '');

        return $this->processes->become(PHP_BINARY, [...$options, dirname(__DIR__, 2).'/bin/php_socket_handler.php'], $variables, $control === null ? [] : [(int) $control]);
    }
}
