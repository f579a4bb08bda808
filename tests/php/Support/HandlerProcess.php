<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Worker\Main;
use RuntimeException;

/**
 * A handler in a process of its own, as the runtime starts one, or as a person does.
 */
final class HandlerProcess
{
    public readonly string $socket;

    public readonly int $pid;

    /** The runtime's end of the control channel; null when started by hand. */
    public readonly ?FakeServer $control;

    private readonly string $errors;

    /** @var resource */
    private readonly mixed $process;

    private ?int $code = null;

    /**
     * @param  list<string>  $command  script and its arguments
     * @param  array<string, string>  $environment
     */
    private function __construct(array $command, array $environment, bool $supervised, ?string $directory = null)
    {
        $this->socket = sys_get_temp_dir().'/bridge-test-'.bin2hex(random_bytes(6)).'.sock';
        $this->errors = $this->socket.'.stderr';
        $descriptors = [['file', '/dev/null', 'r'], ['file', $this->errors, 'a'], ['file', $this->errors, 'a']];
        $environment += ['SOCKET_PATH' => $this->socket];
        if ($supervised) {
            $descriptors[3] = ['socket'];
            $environment += ['BRIDGE_CONTROL_FD' => '3', 'BRIDGE_GENERATION' => '7'];
        }
        $process = proc_open([PHP_BINARY, ...Main::options(), ...$command], $descriptors, $pipes, $directory, $environment + getenv());
        if ($process === false) {
            throw new RuntimeException('The handler does not start.');
        }
        $this->process = $process;
        $this->pid = proc_get_status($process)['pid'];
        $this->control = $supervised ? new FakeServer($pipes[3]) : null;
    }

    /**
     * A handler whose application is one of tests/php/Support/scenarios.php.
     *
     * @param  array<string, string>  $environment
     */
    public static function scenario(string $name, array $environment = [], bool $supervised = true): self
    {
        return new self([__DIR__.'/scenarios.php', $name], $environment, $supervised);
    }

    /**
     * A handler of a Laravel application.
     *
     * @param  array<string, string>  $environment
     */
    public static function laravel(string $path, array $environment = [], bool $supervised = true): self
    {
        return new self([dirname(__DIR__, 3).'/php/bin/php_socket_handler.php'], $environment + ['LARAVEL_PATH' => $path], $supervised);
    }

    /**
     * "php artisan laravel-rust:serve" in the folder of an application.
     *
     * @param  array<string, string>  $environment
     * @param  list<string>  $options
     */
    public static function artisan(string $path, array $environment = [], bool $supervised = true, array $options = []): self
    {
        return new self(['artisan', 'laravel-rust:serve', ...$options], $environment, $supervised, $path);
    }

    /**
     * What the control channel says up to and with this message.
     *
     * @return list<array<string, mixed>>
     */
    public function until(string $type): array
    {
        $messages = [];
        do {
            $message = $this->control?->receive();
            if (! is_array($message)) {
                throw new RuntimeException("The control channel ended before \"{$type}\": ".$this->errors());
            }
            $messages[] = $message;
        } while ($message['t'] !== $type);

        return $messages;
    }

    /**
     * Waits until connections are taken.
     */
    public function ready(): self
    {
        if ($this->control !== null) {
            $this->until('listening');

            return $this;
        }
        $listens = fn (): bool => str_contains($this->errors(), 'listening on');
        if (! self::comesTrue(fn (): bool => $listens() || ! $this->running()) || ! $listens()) {
            throw new RuntimeException('The handler does not listen: '.$this->errors());
        }

        return $this;
    }

    /**
     * A new worker, greeted.
     */
    public function worker(): FakeServer
    {
        $server = FakeServer::connect($this->socket);
        $server->welcome();

        return $server;
    }

    public function errors(): string
    {
        return (string) @file_get_contents($this->errors);
    }

    public function running(): bool
    {
        $status = proc_get_status($this->process);
        if (! $status['running'] && $this->code === null) {
            $this->code = $status['exitcode'];
        }

        return $status['running'];
    }

    public function signal(int $signal): void
    {
        posix_kill($this->pid, $signal);
    }

    /**
     * Waits for its end; null when it does not come.
     */
    public function exitCode(): ?int
    {
        return self::comesTrue(fn (): bool => ! $this->running()) ? $this->code : null;
    }

    public function stop(): void
    {
        if ($this->running()) {
            $this->signal(SIGKILL);
        }
        $this->control?->close();
        $this->exitCode();
        @unlink($this->socket);
        @unlink($this->errors);
    }

    /** Whether a process is there, and no zombie. */
    public static function alive(int $pid): bool
    {
        $stat = @file_get_contents("/proc/{$pid}/stat");

        return $stat !== false && preg_match('/\) [ZX] /', $stat) !== 1;
    }

    /**
     * Waits for a process to be gone.
     */
    public static function gone(int $pid): bool
    {
        return self::comesTrue(static fn (): bool => ! self::alive($pid));
    }

    /**
     * Waits for a condition, longer than the slowest machine needs.
     *
     * @param  callable(): bool  $condition
     */
    public static function comesTrue(callable $condition): bool
    {
        $deadline = hrtime(true) + 20_000_000_000;
        while (! $condition()) {
            if (hrtime(true) > $deadline) {
                return false;
            }
            usleep(2000);
        }

        return true;
    }
}
