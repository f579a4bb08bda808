<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

final class StatusCommand extends AskingCommand
{
    protected $signature = 'laravel-rust:status
        {--json : Print what the server says as JSON}';

    protected $description = 'Show what the running server does: workers, queue, requests, last errors';

    protected function serverCommand(): array
    {
        return $this->option('json') ? ['status', '--json'] : ['status'];
    }
}
