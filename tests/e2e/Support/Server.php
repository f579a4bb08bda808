<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;

/**
 * One running laravel-bridge with a folder, a socket and a log of its own, on any free port. Whoever starts it stops it; what was forgotten (a failed
 * test) is killed at the end of the run, by its pid.
 */
final class Server
{
    /** @var array<int, self> */
    private static array $running = [];

    private ?int $exitCode = null;

    private int $port = 0;

    /** @param  resource  $process */
    private function __construct(
        private $process,
        public readonly int $pid,
        public readonly string $folder,
        public readonly string $output,
    ) {
    }

    /**
     * Starts it and waits until the application answers.
     *
     * @param  array<string, string>  $settings  variables beside those of this class; an application other than E2E_APP is LARAVEL_PATH
     */
    public static function start(array $settings = [], ?string $folder = null): self
    {
        $server = self::launch($settings, $folder);
        try {
            $server->awaitListening();
            Processes::await(fn (): bool => $server->answers(), 'the application answers');
        } catch (RuntimeException $error) {
            $server->kill();
            throw new RuntimeException($error->getMessage()."\n".$server->lastWords());
        }

        return $server;
    }

    /**
     * Starts it and waits for nothing.
     *
     * @param  array<string, string>  $settings
     * @param  list<string>  $arguments
     * @param  list<string>  $launcher  a program that becomes the server, and its arguments
     * @param  array<int, resource>  $descriptors  beside the three standard ones
     */
    public static function launch(array $settings = [], ?string $folder = null, array $arguments = [], array $launcher = [], array $descriptors = []): self
    {
        $folder ??= self::folder();
        $environment = $settings + [
            'HTTP_PORT' => '0',
            'SHUTDOWN_TIMEOUT' => '5',
            'LARAVEL_PATH' => self::application(),
            'SOCKET_PATH' => "$folder/bridge.sock",
            'LOG_DIR' => "$folder/logs",
            'SPOOL_DIR' => "$folder/spool",
            'PATH' => (string) getenv('PATH'),
            'HOME' => (string) getenv('HOME'),
        ] + (getenv('E2E_ISOLATION') === false ? [] : ['WORKER_ISOLATION' => (string) getenv('E2E_ISOLATION')]);
        foreach (['logs', 'spool'] as $name) {
            if (! is_dir("$folder/$name")) {
                mkdir("$folder/$name");
            }
        }
        $path = (string) tempnam($folder, 'output');
        $output = fopen($path, 'a') ?: throw new RuntimeException('No output file');
        $process = proc_open(
            [...$launcher, self::binary(), ...$arguments],
            [['file', '/dev/null', 'r'], $output, $output] + $descriptors,
            $pipes,
            $folder,
            $environment,
        );
        if ($process === false) {
            throw new RuntimeException('The server could not be started');
        }
        if (self::$running === []) {
            register_shutdown_function(static function (): void {
                foreach (self::$running as $server) {
                    $server->kill();
                }
            });
        }

        $status = proc_get_status($process);
        $server = new self($process, $status['pid'], $folder, $path);
        $server->take($status);

        return self::$running[] = $server;
    }

    public static function application(): string
    {
        return (string) realpath(getenv('E2E_APP') ?: dirname(__DIR__, 3).'/build/apps/laravel-12');
    }

    public static function binary(): string
    {
        return getenv('E2E_SERVER') ?: dirname(__DIR__, 3).'/build/laravel-bridge';
    }

    /** A new private folder, short enough for a socket path. */
    public static function folder(): string
    {
        $folder = sys_get_temp_dir().'/bridge-e2e-'.bin2hex(random_bytes(4));
        mkdir($folder, 0700);

        return $folder;
    }

    public function address(): string
    {
        return "tcp://127.0.0.1:{$this->port()}";
    }

    public function url(string $path = ''): string
    {
        return "http://127.0.0.1:{$this->port()}$path";
    }

    public function port(): int
    {
        return $this->port ?: throw new RuntimeException('The server is not listening yet');
    }

    public function awaitListening(): self
    {
        $this->port = (int) Processes::await(function (): ?string {
            if (! $this->running()) {
                throw new RuntimeException('The server ended with code '.$this->exitCode());
            }

            return preg_match('~listening on \S*?:(\d+)\b~', $this->log(), $match) ? $match[1] : null;
        }, 'the server says where it listens');

        return $this;
    }

    public function connect(): Connection
    {
        return new Connection($this->address());
    }

    /** @param  array<string, string|list<string>>  $headers */
    public function request(string $method, string $target, array $headers = [], string $body = ''): Answer
    {
        $connection = $this->connect();
        try {
            return $connection->request($method, $target, $headers + ['Connection' => 'close'], $body)->answer($method === 'HEAD');
        } finally {
            $connection->close();
        }
    }

    /** @param  array<string, string|list<string>>  $headers */
    public function get(string $target, array $headers = []): Answer
    {
        return $this->request('GET', $target, $headers);
    }

    public function answers(): bool
    {
        try {
            return $this->get('/api/ping')->status === 200;
        } catch (RuntimeException) {
            return false;
        }
    }

    /** The process that boots the application and forks the workers. */
    public function handler(): int
    {
        return Processes::await(
            fn (): ?int => Processes::children($this->pid)[0] ?? null,
            'there is a handler',
        );
    }

    /** @return list<int> */
    public function workers(): array
    {
        return Processes::children($this->handler());
    }

    /** Waits for a request to sleep in the application, and tells the worker that runs it. */
    public function busyWorker(): int
    {
        return Processes::await(function (): ?int {
            foreach ($this->workers() as $pid) {
                if (Processes::sleepsInTheApplication($pid)) {
                    return $pid;
                }
            }

            return null;
        }, 'a worker runs the request');
    }

    /** @return array<string, mixed> what it says of itself to operators */
    public function status(): array
    {
        $connection = new Connection("unix://$this->folder/bridge.sock.admin");
        try {
            return $connection->request('GET', '/-/status', ['Connection' => 'close'])->answer()->json();
        } finally {
            $connection->close();
        }
    }

    public function signal(int $signal): void
    {
        proc_terminate($this->process, $signal);
    }

    /** SIGTERM, then waiting for the end: the exit code. */
    public function stop(int $signal = SIGTERM): int
    {
        if ($this->running()) {
            $this->signal($signal);
        }

        return $this->exitCode();
    }

    public function exitCode(float $seconds = 30): int
    {
        Processes::await(fn (): bool => ! $this->running(), "the server ends\n".$this->lastWords(), $seconds);
        $this->forget();

        return (int) $this->exitCode;
    }

    public function kill(): void
    {
        if ($this->running()) {
            $this->signal(SIGKILL);
            Processes::await(fn (): bool => ! $this->running(), 'a killed server ends');
        }
        $this->forget();
    }

    public function running(): bool
    {
        if ($this->exitCode !== null) {
            return false;
        }

        return $this->take(proc_get_status($this->process));
    }

    /**
     * The exit code is told once, with the first status after the end.
     *
     * @param  array{running: bool, signaled: bool, termsig: int, exitcode: int, ...}  $status
     */
    private function take(array $status): bool
    {
        if (! $status['running']) {
            $this->exitCode = $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
        }

        return $status['running'];
    }

    /** Everything it and its children have said. */
    public function log(): string
    {
        return (string) @file_get_contents($this->output);
    }

    /** The end of it without the requests, short enough for a message. */
    public function lastWords(): string
    {
        $lines = array_filter(explode("\n", $this->log()), static fn (string $line): bool => ! str_contains($line, ' [access] '));

        return implode("\n", array_slice($lines, -25));
    }

    private function forget(): void
    {
        unset(self::$running[(int) array_search($this, self::$running, true)]);
    }
}
