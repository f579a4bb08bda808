<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

final class ReloadCommand extends AskingCommand
{
    protected $signature = 'laravel-rust:reload
        {--wait : Return when the new workers serve, or with the reason why they do not}';

    protected $description = 'Serve with the code and the .env of now, without losing a request';

    protected function serverCommand(): array
    {
        return $this->option('wait') ? ['reload', '--wait'] : ['reload'];
    }
}
