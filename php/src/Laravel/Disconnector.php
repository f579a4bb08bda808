<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\DatabaseManager;
use Illuminate\Log\Logger;
use Illuminate\Log\LogManager;
use Illuminate\Redis\RedisManager;
use Monolog\Logger as Monolog;

/**
 * Closes what two processes must not share: database and Redis connections, log files. Each worker opens its own when it
 * needs them.
 */
final class Disconnector
{
    public function __construct(private readonly Application $app)
    {
    }

    public function disconnect(): void
    {
        if ($this->app->resolved('db')) {
            $databases = $this->app->make('db');
            if ($databases instanceof DatabaseManager) {
                foreach ($databases->getConnections() as $connection) {
                    $connection->disconnect();
                }
            }
        }
        if ($this->app->resolved('redis')) {
            $redis = $this->app->make('redis');
            if ($redis instanceof RedisManager) {
                foreach (array_keys($redis->connections() ?? []) as $name) {
                    $redis->purge((string) $name);
                }
            }
        }
        $this->closeLogs();
    }

    public function closeLogs(): void
    {
        $log = $this->app->resolved('log') ? $this->app->make('log') : null;
        if (! $log instanceof LogManager) {
            return;
        }
        foreach ($log->getChannels() as $channel) {
            $monolog = $channel instanceof Logger ? $channel->getLogger() : null;
            if ($monolog instanceof Monolog) {
                $monolog->close();
            }
        }
    }
}
