<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use Illuminate\Console\Command;
use Illuminate\Support\Str;
use InvalidArgumentException;
use LaravelBridge\BridgeServiceProvider;

/**
 * Puts into the application what is the application's to change: the configuration, and on demand the units for systemd.
 */
final class InstallCommand extends Command
{
    protected $signature = 'laravel-rust:install
        {--systemd : Write a service and a socket unit instead of the configuration}
        {--name= : Name of the units (the name of the application)}
        {--path= : Folder of the application, by the link to the current release if there is one (this folder)}
        {--user=www-data : User that the server runs as}
        {--group= : Its group (the name of the user)}
        {--listen=127.0.0.1:8080 : Port, address:port or path of a Unix socket for HTTP}
        {--output=deploy : Folder for the units, below the application or absolute}
        {--force : Replace files that are there}';

    protected $description = 'Publish the configuration of Laravel Bridge, or write units for systemd';

    public function handle(Processes $processes, InitialEnvironment $environment): int
    {
        return $this->option('systemd') ? $this->units($processes, $environment) : $this->configuration();
    }

    private function configuration(): int
    {
        $this->call('vendor:publish', ['--provider' => BridgeServiceProvider::class, '--tag' => 'bridge-config', '--force' => (bool) $this->option('force')]);
        $this->line('  Start the server:        php artisan laravel-rust:serve');
        $this->line('  Units for systemd:       php artisan laravel-rust:install --systemd');

        return self::SUCCESS;
    }

    private function units(Processes $processes, InitialEnvironment $environment): int
    {
        $path = $this->text('path') ?: $environment->applicationPath($this->laravel->basePath());
        $configured = $this->laravel->make('config')->get('bridge.binary');
        $binary = (new NativeBinary($processes, is_string($configured) ? $configured : null))->find();
        if ($binary === null) {
            $this->components->error('The native server is not found; php artisan laravel-rust:serve says how it is built.');

            return self::FAILURE;
        }
        // What is found below the release of today is meant below the link.
        $real = (string) realpath($this->laravel->basePath());
        if (str_starts_with($binary, "{$real}/")) {
            $binary = $path.substr($binary, strlen($real));
        }
        $user = $this->text('user');
        $name = $this->text('name') ?: Str::slug((string) $this->laravel->make('config')->get('app.name')) ?: 'laravel';
        try {
            $units = new SystemdUnits($name, $path, $binary, $user, $this->text('group') ?: $user, $this->text('listen'));
        } catch (InvalidArgumentException $problem) {
            $this->components->error($problem->getMessage());

            return self::INVALID;
        }

        return $this->write($units, $name);
    }

    private function write(SystemdUnits $units, string $name): int
    {
        $output = $this->text('output');
        $folder = str_starts_with($output, '/') ? $output : $this->laravel->basePath($output);
        if (! is_dir($folder) && ! @mkdir($folder, 0755, true)) {
            $this->components->error("The folder {$folder} cannot be made.");

            return self::FAILURE;
        }
        foreach ($units->files() as $file => $text) {
            if (! $this->option('force') && file_exists("{$folder}/{$file}")) {
                $this->components->error("{$folder}/{$file} is there already; --force replaces it.");

                return self::FAILURE;
            }
        }
        foreach ($units->files() as $file => $text) {
            if (@file_put_contents("{$folder}/{$file}", $text) === false) {
                $this->components->error("{$folder}/{$file} cannot be written.");

                return self::FAILURE;
            }
            $this->components->info("{$folder}/{$file}");
        }
        $this->line('  Look through them, then, as root:');
        $this->newLine();
        $this->line("    cp {$folder}/{$name}.socket {$folder}/{$name}.service /etc/systemd/system/");
        $this->line('    systemctl daemon-reload');
        $this->line("    systemctl enable --now {$name}.socket {$name}.service");
        $this->newLine();
        $this->line("  A deploy ends with systemctl reload {$name}; it fails, and the old release goes on, when the new one does not boot.");

        return self::SUCCESS;
    }

    private function text(string $option): string
    {
        $value = $this->option($option);

        return is_string($value) ? $value : '';
    }
}
