<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use Illuminate\Console\Command;

/**
 * Run by a person, becomes the native server. Run by that server (which hands down a control channel), or with --handler,
 * becomes the process that boots the application and forks its workers.
 *
 * Either way the application that this command runs in is left behind: the handler boots one that answers HTTP.
 */
final class ServeCommand extends Command
{
    protected $signature = 'laravel-rust:serve
        {--host= : Address to listen on: IPv4, IPv6, a name, or unix:PATH (HTTP_HOST, default 127.0.0.1)}
        {--port= : Port to listen on; 0 for any free one (HTTP_PORT, default 8080)}
        {--workers= : Workers, a fixed number: sets SOCKET_POOL_MIN and SOCKET_POOL_MAX}
        {--max-requests= : Requests after which a worker is replaced (WORKER_MAX_REQUESTS; 0 for never)}
        {--detect : Look after each request for what it leaves behind (DETECT); for development and staging}
        {--watch : Reload when files of the application change (WATCH); for development}
        {--handler : Be the PHP side only, listening on SOCKET_PATH for a server started elsewhere}';

    protected $description = 'Serve the application with Laravel Bridge';

    /** As the shells say it. */
    private const EX_NOT_FOUND = 127;

    public function handle(Processes $processes, InitialEnvironment $environment): int
    {
        $control = $environment->all()['BRIDGE_CONTROL_FD'] ?? null;
        if ($control !== null || $this->option('handler')) {
            return (new HandlerProgram($processes, $environment))->become($this->laravel->basePath(), (bool) $this->option('detect'));
        }
        $binary = $this->binary($processes);
        if ($binary === null) {
            return self::EX_NOT_FOUND;
        }

        return $processes->become($binary, ['serve', ...$this->serverArguments()], $this->serverEnvironment($environment), $this->inheritedSockets($environment));
    }

    /**
     * The descriptors that a service manager has opened for this process (sd_listen_fds(3)), and so for what it becomes.
     *
     * @return list<int>
     */
    private function inheritedSockets(InitialEnvironment $environment): array
    {
        $variables = $environment->all();
        $count = (int) ($variables['LISTEN_FDS'] ?? 0);

        return $count > 0 && (int) ($variables['LISTEN_PID'] ?? 0) === getmypid() ? range(3, 2 + $count) : [];
    }

    /**
     * @return list<string>
     */
    private function serverArguments(): array
    {
        $arguments = $this->option('detect') ? ['--detect'] : [];
        foreach (['host' => ['--host'], 'port' => ['--port'], 'workers' => ['--min-workers', '--max-workers'], 'max-requests' => ['--max-requests']] as $option => $flags) {
            $value = $this->option($option);
            if (is_string($value) && $value !== '') {
                foreach ($flags as $flag) {
                    $arguments[] = "{$flag}={$value}";
                }
            }
        }

        if ($this->option('watch')) {
            $arguments[] = '--watch';
        }

        return $arguments;
    }

    /**
     * @return array<string, string>
     */
    private function serverEnvironment(InitialEnvironment $environment): array
    {
        return $environment->all() + ['LARAVEL_PATH' => $environment->applicationPath($this->laravel->basePath()), 'PHP_PATH' => PHP_BINARY];
    }

    private function binary(Processes $processes): ?string
    {
        $configured = $this->laravel->make('config')->get('bridge.binary');
        $native = new NativeBinary($processes, is_string($configured) ? $configured : null);
        $binary = $native->find();
        if ($binary !== null) {
            return $binary;
        }
        if (is_string($configured) && $configured !== '') {
            $this->components->error("The native server is not at \"{$configured}\" (bridge.binary, BRIDGE_BINARY).");

            return null;
        }
        $this->components->error('The native server is not built yet.');
        $commands = $native->buildCommands();
        $this->line('  It needs g++ 12 or newer, CMake, pkg-config, and the Debian packages libuv1-dev, libspdlog-dev,');
        $this->line('  rapidjson-dev, libcli11-dev, libboost-dev and prometheus-cpp-dev. These two commands build it:');
        $this->newLine();
        foreach ($commands as $command) {
            $this->line('    '.implode(' ', array_map(escapeshellarg(...), $command)));
        }
        $this->newLine();
        if (! $this->input->isInteractive() || ! $this->confirm('Build it now?', true)) {
            return null;
        }
        foreach ($commands as $command) {
            if ($processes->run($command) !== 0) {
                $this->components->error('The build failed; what it says above is the reason.');

                return null;
            }
        }

        return $native->find();
    }
}
