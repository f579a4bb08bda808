<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Server;

/** This server with two workers, or with two requests at a time where each has a process of its own. */
final class Bridge extends Served
{
    private ?Server $server = null;

    /**
     * @param  string  $isolation  as WORKER_ISOLATION takes it
     */
    public function __construct(Application $application, private readonly string $isolation = 'worker')
    {
        parent::__construct($isolation === 'worker' ? 'bridge' : $isolation, $application);
    }

    public function start(): void
    {
        $this->server = Server::start([
            'LARAVEL_PATH' => $this->application->path,
            'SOCKET_POOL_MIN' => '2',
            'SOCKET_POOL_MAX' => '2',
            'WORKER_MAX_REQUESTS' => '0',
            'WORKER_ISOLATION' => $this->isolation,
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
