<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

/**
 * Where the native server is, and how it is made when it is nowhere.
 */
final class NativeBinary
{
    public const NAME = 'laravel-bridge';

    public function __construct(
        private readonly Processes $processes,
        private readonly ?string $configured = null,
        private readonly ?string $package = null,
    ) {
    }

    /**
     * The configured one, the one built in the package, the one in PATH, in this order.
     */
    public function find(): ?string
    {
        if ($this->configured !== null && $this->configured !== '') {
            return is_executable($this->configured) ? $this->configured : $this->processes->find($this->configured);
        }
        $built = $this->packagePath().'/build/'.self::NAME;

        return is_file($built) && is_executable($built) ? $built : $this->processes->find(self::NAME);
    }

    public function packagePath(): string
    {
        return $this->package ?? dirname(__DIR__, 3);
    }

    /**
     * @return list<list<string>> the commands that build it, in order
     */
    public function buildCommands(): array
    {
        $source = $this->packagePath();

        return [
            ['cmake', '-S', $source, '-B', "{$source}/build", '-DCMAKE_BUILD_TYPE=RelWithDebInfo', '-DBRIDGE_TESTS=OFF'],
            ['cmake', '--build', "{$source}/build", '--parallel', '--target', self::NAME],
        ];
    }
}
