<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Descriptors;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;

/** The server has no descriptor left for a while: what can be served is, who comes new waits, and nothing of it stays. */
final class DescriptorsTest extends ServerTestCase
{
    /** The server tries anew to accept ten times a second. */
    private const TRIES_A_SECOND = 10;

    private ?Descriptors $taken = null;

    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '2'];
    }

    protected function tearDown(): void
    {
        $this->taken?->giveBack();
        $this->taken = null;
    }

    public function test_who_is_connected_is_served_and_who_comes_new_waits(): void
    {
        $connected = self::server()->connect();
        self::assertSame(200, $connected->request('GET', '/api/ping')->answer()->status);
        $before = self::failures();
        $start = microtime(true);
        $this->taken = Descriptors::take(self::server()->pid);

        // Connections that were just being closed leave theirs to the first of them.
        $new = array_map(static fn (): Connection => self::server()->connect()->request('GET', '/api/ping'), range(1, 10));
        self::assertFalse($new[9]->readable(1), 'It waits');
        self::assertSame(200, $connected->request('GET', '/api/ping')->answer()->status);
        $this->taken->giveBack();
        $lasted = microtime(true) - $start;

        self::assertSame(array_fill(0, 10, 200), array_map(static fn (Connection $one): int => $one->answer()->status, $new));
        $tries = self::failures() - $before;
        self::assertGreaterThan(0, $tries);
        self::assertLessThanOrEqual(self::TRIES_A_SECOND * $lasted + 1, $tries, 'It does not try without a pause');
        self::assertSame(1, substr_count(self::server()->log(), 'no connection can be accepted'), 'Said once a minute');
    }

    public function test_what_needs_a_descriptor_is_refused_for_now(): void
    {
        $spooled = self::server()->connect();
        $static = self::server()->connect();
        foreach ([$spooled, $static] as $connection) {
            self::assertSame(200, $connection->request('GET', '/api/ping')->answer()->status);
        }
        $this->taken = Descriptors::take(self::server()->pid);

        $answers = [$spooled->request('POST', '/api/inspect', [], str_repeat('x', 200000))->answer(), $static->request('GET', '/favicon.ico')->answer()];

        foreach ($answers as $answer) {
            self::assertSame(503, $answer->status);
            self::assertSame('1', $answer->header('Retry-After'));
        }
        $this->taken->giveBack();
        Processes::await(static fn (): bool => substr_count(self::server()->log(), 'error=NoDescriptors') === 2, 'the log tells why');
        self::assertSame(200, $this->get('/favicon.ico')->status);
    }

    public function test_a_worker_that_is_lost_meanwhile_is_replaced_and_a_reload_refused_with_the_reason(): void
    {
        $connected = self::server()->connect();
        self::assertSame(200, $connected->request('GET', '/api/ping')->answer()->status);
        $workers = Processes::await(static fn (): ?array => count($workers = self::server()->workers()) === 2 ? $workers : null, 'there are two workers');
        $this->taken = Descriptors::take(self::server()->pid);
        self::server()->signal(SIGHUP);
        Processes::await(static fn (): bool => str_contains(self::server()->log(), '.env: cannot be read: Too many open files'), 'the reload says why it fails');
        foreach ($workers as $worker) {
            posix_kill($worker, SIGKILL);
        }

        self::assertSame(200, $connected->request('GET', '/api/ping')->answer()->status, 'They have left the descriptors for their successors');
        $this->taken->giveBack();
        Processes::await(static fn (): bool => count(self::server()->workers()) === 2, 'there are two workers again');
        self::assertStringContainsString('Too many open files', self::server()->log());
        self::assertSame(0, Program::run([Server::binary(), 'reload', '--wait'], ['SOCKET_PATH' => self::server()->folder.'/bridge.sock'])->code);
    }

    private static function failures(): int
    {
        $metrics = (new Connection('unix://'.self::server()->folder.'/bridge.sock.admin'))->request('GET', '/-/metrics')->answer()->body;

        return preg_match('/^bridge_accept_failures_total (\d+)/m', $metrics, $match) === 1 ? (int) $match[1] : -1;
    }
}
