<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Server;

/** This server with two workers. */
final class Bridge extends Served
{
    private ?Server $server = null;

    public function __construct(Application $application)
    {
        parent::__construct('bridge', $application);
    }

    public function start(): void
    {
        $this->server = Server::start([
            'LARAVEL_PATH' => $this->application->path,
            'SOCKET_POOL_MIN' => '2',
            'SOCKET_POOL_MAX' => '2',
            'WORKER_MAX_REQUESTS' => '0',
        ]);
    }

    public function stop(): void
    {
        if ($this->server !== null) {
            $this->server->kill();
            Folders::remove($this->server->folder);
        }
    }

    protected function port(): int
    {
        return $this->server?->port() ?? 0;
    }

    protected function processes(): array
    {
        return $this->server === null ? [] : [$this->server->pid];
    }
}
