<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

/**
 * The environment that this process was started with. What phpdotenv has put into it since is not in there, so that a
 * program started with it reads .env afresh, and a container's variables win.
 */
final class InitialEnvironment
{
    /** Beside a request's headers these would be taken for the headers Host and Port. */
    private const NEVER = ['HTTP_HOST', 'HTTP_PORT'];

    public function __construct(private readonly string $file = '/proc/self/environ')
    {
    }

    /**
     * @return array<string, string>
     */
    public function all(): array
    {
        $block = @file_get_contents($this->file);
        $lines = $block === false ? null : explode("\0", $block);
        if ($lines === null) {
            return getenv();
        }
        $environment = [];
        foreach ($lines as $line) {
            $equals = strpos($line, '=');
            if ($equals !== false && $equals > 0) {
                // getenv() finds the first of several.
                $environment[substr($line, 0, $equals)] ??= substr($line, $equals + 1);
            }
        }

        return $environment;
    }

    /**
     * @return array<string, string>
     */
    public function forHandler(): array
    {
        return array_diff_key($this->all(), array_flip(self::NEVER));
    }

    /**
     * The application's folder, by the name that the shell came by: a link to a release is followed anew at each start.
     */
    public function applicationPath(string $basePath): string
    {
        $named = $this->all()['PWD'] ?? '';

        return $named !== '' && @realpath($named) === realpath($basePath) ? $named : $basePath;
    }
}
