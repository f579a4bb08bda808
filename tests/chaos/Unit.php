<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Manager;
use LaravelBridge\E2e\Support\Server;

/** The server as a service manager runs it with a socket unit: the socket stays when the server is restarted. */
final class Unit
{
    public Server $server;

    private readonly Manager $manager;

    /** How many messages had been heard when this server was started. */
    private int $heardBefore = 0;

    /** @param  array<string, string>  $settings */
    public function __construct(private readonly array $settings, string $folder)
    {
        $this->manager = new Manager($folder);
        $this->start();
        $this->manager->await('READY=1');
    }

    public function address(): string
    {
        return $this->manager->address();
    }

    /** After the end of the one before; does not wait until it is ready. */
    public function start(): void
    {
        $this->heardBefore = count($this->manager->heard());
        $this->server = $this->manager->start($this->settings);
    }

    public function ready(): bool
    {
        return in_array('READY=1', array_slice($this->manager->heard(), $this->heardBefore), true);
    }

    /** How often no connection could be accepted. */
    public function acceptFailures(): int
    {
        $operators = new Connection("unix://{$this->server->folder}/bridge.sock.admin");
        $metrics = $operators->request('GET', '/-/metrics', ['Connection' => 'close'])->answer()->body;
        $operators->close();
        preg_match('/^bridge_accept_failures_total (\d+)/m', $metrics, $match);

        return (int) ($match[1] ?? 0);
    }
}
