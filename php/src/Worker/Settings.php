<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use LaravelBridge\Exceptions\BadSetting;

/**
 * What the handler is told: by the runtime through its environment, by a person through options too.
 */
final class Settings
{
    public const DEFAULT_SOCKET = '/tmp/rust_php_bridge.sock';

    public function __construct(
        public readonly string $socketPath = self::DEFAULT_SOCKET,
        public readonly string $laravelPath = '.',
        public readonly int $socketMode = 0600,
        public readonly int $generation = 0,
        public readonly ?int $controlDescriptor = null,
        public readonly int $maxRequests = 0,
        public readonly int $memoryLimit = 0,
        public readonly Isolation $isolation = Isolation::Worker,
        public readonly ?string $phpMemoryLimit = null,
        public readonly bool $detect = false,
        public readonly int $gaveWay = 0,
        public readonly ?string $sharedMemory = null,
    ) {
    }

    /**
     * @param  array<string, string>  $environment
     * @param  list<string>  $arguments  without the script's name
     */
    public static function from(array $environment, array $arguments = []): self
    {
        foreach ($arguments as $argument) {
            if (! preg_match('/^--(path|socket)=(.+)$/', $argument, $match)) {
                throw BadSetting::value('argument', $argument, '--path=LARAVEL_PATH or --socket=PATH');
            }
            $environment[$match[1] === 'path' ? 'LARAVEL_PATH' : 'SOCKET_PATH'] = $match[2];
        }
        $control = self::number($environment, 'BRIDGE_CONTROL_FD', -1);

        return new self(
            self::text($environment, 'SOCKET_PATH') ?? self::DEFAULT_SOCKET,
            self::text($environment, 'LARAVEL_PATH') ?? self::workingDirectory($environment),
            self::mode($environment),
            self::number($environment, 'BRIDGE_GENERATION', 0),
            $control >= 0 ? $control : null,
            self::number($environment, 'WORKER_MAX_REQUESTS', 0),
            self::bytes($environment, 'WORKER_MEMORY_LIMIT'),
            self::isolation($environment),
            self::text($environment, 'PHP_MEMORY_LIMIT'),
            self::flag($environment, 'DETECT'),
            self::number($environment, 'BRIDGE_BESIDE', 0),
            self::text($environment, 'BRIDGE_SHARED_MEMORY'),
        );
    }

    public function supervised(): bool
    {
        return $this->controlDescriptor !== null;
    }

    /**
     * The folder one stands in, by the name one came by: a link to a release stays a link.
     *
     * @param  array<string, string>  $environment
     */
    private static function workingDirectory(array $environment): string
    {
        $named = $environment['PWD'] ?? '';
        if ($named !== '' && $named[0] === '/' && @stat($named) !== false) {
            $a = stat($named);
            $b = stat('.');
            if ($a !== false && $b !== false && $a['ino'] === $b['ino'] && $a['dev'] === $b['dev']) {
                return $named;
            }
        }

        return (string) getcwd();
    }

    /**
     * @param  array<string, string>  $environment
     */
    private static function text(array $environment, string $name): ?string
    {
        $value = $environment[$name] ?? '';

        return $value === '' ? null : $value;
    }

    /**
     * @param  array<string, string>  $environment
     */
    private static function number(array $environment, string $name, int $default): int
    {
        $value = self::text($environment, $name);
        if ($value === null) {
            return $default;
        }
        if (! ctype_digit($value)) {
            throw BadSetting::value($name, $value, 'a whole number');
        }

        return (int) $value;
    }

    /**
     * A number of bytes, or with a unit (K, M, G) as in php.ini.
     *
     * @param  array<string, string>  $environment
     */
    private static function bytes(array $environment, string $name): int
    {
        $value = self::text($environment, $name);
        if ($value === null) {
            return 0;
        }
        if (! preg_match('/^(\d+)\s*([kmg]?)(?:i?b)?$/i', $value, $match)) {
            throw BadSetting::value($name, $value, 'a size such as 128M');
        }

        return (int) $match[1] * match (strtolower($match[2])) {
            'k' => 1024,
            'm' => 1024 ** 2,
            'g' => 1024 ** 3,
            default => 1,
        };
    }

    /**
     * @param  array<string, string>  $environment
     */
    private static function mode(array $environment): int
    {
        $value = self::text($environment, 'SOCKET_MODE') ?? '0600';
        if (! preg_match('/^0?[0-7]{3}$/', $value)) {
            throw BadSetting::value('SOCKET_MODE', $value, 'an octal mode such as 0600');
        }

        return (int) octdec($value);
    }

    /**
     * @param  array<string, string>  $environment
     */
    private static function flag(array $environment, string $name): bool
    {
        $value = strtolower(self::text($environment, $name) ?? 'off');

        return match (true) {
            in_array($value, ['on', 'true', 'yes', '1'], true) => true,
            in_array($value, ['off', 'false', 'no', '0'], true) => false,
            default => throw BadSetting::value($name, $value, 'on or off'),
        };
    }

    /**
     * @param  array<string, string>  $environment
     */
    private static function isolation(array $environment): Isolation
    {
        $value = self::text($environment, 'WORKER_ISOLATION') ?? Isolation::Worker->value;

        return Isolation::tryFrom($value) ?? throw BadSetting::value('WORKER_ISOLATION', $value, 'worker, request or boot');
    }
}
