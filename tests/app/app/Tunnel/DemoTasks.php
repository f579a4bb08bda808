<?php

declare(strict_types=1);

namespace App\Tunnel;

use Illuminate\Contracts\Config\Repository;
use LaravelBridge\Tunnel\Listener;
use LaravelBridge\Tunnel\Task;

/** What clients of the tunnel may call and emit. */
final class DemoTasks
{
    /** @return array<string, list<string>> */
    public function rules(): array
    {
        return ['text' => ['required', 'string']];
    }

    /** @return array<string, string> */
    #[Task('demo.echo')]
    public function echo(string $text, Repository $config): array
    {
        return ['application' => (string) $config->get('app.name'), 'text' => $text];
    }

    /** @return array<string, string> */
    #[Listener('demo.heard')]
    public function heard(string $text): array
    {
        return ['text' => strtoupper($text)];
    }
}
