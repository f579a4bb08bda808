<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;

/** Clients that leave while an ordinary request of theirs runs. */
final class DisconnectTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1', 'DISCONNECT_TIMEOUT' => '0.5'];
    }

    public function test_a_request_whose_client_resets_ends_by_itself_within_its_time(): void
    {
        $client = self::server()->connect()->request('GET', '/slow/200');
        $worker = self::server()->busyWorker();
        $client->reset();

        self::assertSame($worker, $this->get('/whoami')->json()['pid'], 'The worker has finished, and goes on');
    }

    public function test_a_request_whose_client_resets_is_ended_after_its_time(): void
    {
        $client = self::server()->connect()->request('GET', '/slow/60000', ['X-Request-Id' => 'left-1']);
        $worker = self::server()->busyWorker();
        $client->reset();

        Processes::await(static fn (): bool => ! Processes::alive($worker), 'its worker is gone');
        self::assertStringContainsString("id=left-1 worker $worker is killed: its request went on for DISCONNECT_TIMEOUT after the client had left", self::server()->log());
        self::assertSame(200, $this->get('/api/ping')->status);
    }

    public function test_a_fin_may_be_a_half_close_whose_client_still_reads(): void
    {
        $client = self::server()->connect()->request('GET', '/slow/1200');
        self::server()->busyWorker();

        self::assertSame(1200, $client->finish()->answer()->json()['slept_ms'], 'Long after DISCONNECT_TIMEOUT');
    }

    public function test_where_a_fin_is_the_end_nothing_runs_on_for_nobody(): void
    {
        $server = Server::start(['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1', 'DISCONNECT_TIMEOUT' => '0', 'DISCONNECT_ON_FIN' => 'on']);
        try {
            $client = $server->connect()->request('GET', '/slow/60000');
            $worker = $server->busyWorker();
            $client->close();

            Processes::await(static fn (): bool => ! Processes::alive($worker), 'its worker is gone');
            self::assertTrue($server->answers());
        } finally {
            $server->kill();
            Folders::remove($server->folder);
        }
    }
}
