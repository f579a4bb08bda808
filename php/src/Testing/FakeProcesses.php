<?php

declare(strict_types=1);

namespace LaravelBridge\Testing;

use LaravelBridge\Console\Processes;

/**
 * Starts nothing, and keeps what would have been started.
 */
final class FakeProcesses extends Processes
{
    /** @var list<array{program: string, arguments: list<string>, environment: array<string, string>, keep: list<int>}> */
    public array $became = [];

    /** @var list<list<string>> */
    public array $ran = [];

    /**
     * @param  array<string, string>  $path  programs that are found in PATH
     */
    public function __construct(private readonly array $path = [], private readonly int $exitCode = 0)
    {
    }

    public function become(string $program, array $arguments, array $environment, array $keep = []): int
    {
        $this->became[] = ['program' => $program, 'arguments' => $arguments, 'environment' => $environment, 'keep' => $keep];

        return $this->exitCode;
    }

    public function run(array $command, ?array $environment = null, ?string $directory = null): int
    {
        $this->ran[] = $command;

        return $this->exitCode;
    }

    public function find(string $name): ?string
    {
        return $this->path[$name] ?? null;
    }
}
