<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use LaravelBridge\E2e\Support;

/** nginx and PHP-FPM with two workers. */
final class NginxFpm extends Served
{
    private ?Support\NginxFpm $server = null;

    public function __construct(Application $application)
    {
        parent::__construct('fpm', $application);
    }

    public function start(): void
    {
        $this->server = Support\NginxFpm::start($this->application->path);
    }

    public function stop(): void
    {
        $this->server?->stop();
    }

    protected function port(): int
    {
        return $this->server?->port() ?? 0;
    }

    protected function processes(): array
    {
        return $this->server?->processes() ?? [];
    }
}
