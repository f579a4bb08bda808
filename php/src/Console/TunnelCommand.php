<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use Illuminate\Console\Command;
use Illuminate\Contracts\Config\Repository;
use Illuminate\Contracts\Foundation\Application;
use InvalidArgumentException;
use LaravelBridge\Tunnel\Registry;
use LaravelBridge\Tunnel\Worker;

/** A worker of the tunnel: run by the native server (TUNNEL_WORKER="artisan laravel-rust:tunnel"), which writes to its stdin and reads its stdout. */
final class TunnelCommand extends Command
{
    protected $signature = 'laravel-rust:tunnel {--list : Name the tasks and events, and end}';

    protected $description = 'Run tasks and listeners of the application for the tunnel';

    /** As sysexits.h says it. */
    private const EX_CONFIG = 78;

    public function handle(Application $laravel, Repository $config): int
    {
        try {
            $registry = Registry::fromConfig((array) $config->get('bridge.tunnel', []));
        } catch (InvalidArgumentException $error) {
            fwrite(STDERR, $error->getMessage()."\n");

            return self::EX_CONFIG;
        }
        if ($this->option('list')) {
            foreach ($registry->taskIds() as $id) {
                $this->line("task  $id");
            }
            foreach ($registry->eventIds() as $id) {
                $this->line("event $id");
            }

            return self::SUCCESS;
        }
        (new Worker($laravel, $registry, (bool) $config->get('app.debug'), STDIN, STDOUT, STDERR))->run();

        return self::SUCCESS;
    }
}
