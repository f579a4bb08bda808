<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

final class StopCommand extends AskingCommand
{
    protected $signature = 'laravel-rust:stop
        {--wait : Return when the server has ended}';

    protected $description = 'Stop the running server after what is under way';

    protected function serverCommand(): array
    {
        return $this->option('wait') ? ['stop', '--wait'] : ['stop'];
    }
}
