<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;

/** A program that ran to its end, and what it said. */
final class Program
{
    private function __construct(public readonly int $code, public readonly string $output, public readonly string $errors)
    {
    }

    /**
     * @param  non-empty-list<string>  $command
     * @param  array<string, string>  $environment
     */
    public static function run(array $command, array $environment): self
    {
        $output = tmpfile() ?: throw new RuntimeException('No temporary file');
        $errors = tmpfile() ?: throw new RuntimeException('No temporary file');
        $process = proc_open($command, [['file', '/dev/null', 'r'], $output, $errors], $pipes, sys_get_temp_dir(), $environment);
        if ($process === false) {
            throw new RuntimeException("$command[0] could not be started");
        }
        $code = proc_close($process);
        rewind($output);
        rewind($errors);

        return new self($code, (string) stream_get_contents($output), (string) stream_get_contents($errors));
    }
}
