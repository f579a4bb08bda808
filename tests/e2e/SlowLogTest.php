<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;

/** Requests that take long, and workers that do nothing at all: what the log says of them. */
final class SlowLogTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '2', 'POOL_IDLE_TIMEOUT' => '0.3', 'SLOW_LOG_THRESHOLD' => '0.3', 'REQUEST_TIMEOUT' => '2', 'HANDOVER_TIMEOUT' => '0.5'];
    }

    public function test_a_request_that_computes_is_logged_with_its_stack_and_goes_on(): void
    {
        self::assertSame(200, $this->get('/spin/1000', ['X-Request-Id' => 'slow-1'])->status);

        $log = self::server()->log();
        self::assertMatchesRegularExpression('~id=slow-1 worker=\d+ "GET /spin/1000" has run for 0\.\d+ s and computes; its PHP stack follows~', $log);
        self::assertMatchesRegularExpression('~id=slow-1 #0 \S+TroubleController\.php:\d+ App\S+TroubleController->spin\(\)~', $log);
    }

    public function test_a_request_that_sleeps_is_logged_and_not_woken(): void
    {
        $start = microtime(true);
        self::assertSame(1000, $this->get('/slow/1000', ['X-Request-Id' => 'slow-2'])->json()['slept_ms']);

        self::assertGreaterThanOrEqual(1, microtime(true) - $start);
        self::assertMatchesRegularExpression('~id=slow-2 worker=\d+ "GET /slow/1000" has run for 0\.\d+ s and waits in sleep~', self::server()->log());
        self::assertStringNotContainsString('id=slow-2 #0', self::server()->log());
    }

    public function test_the_deadline_leaves_the_stack_in_the_log_and_the_other_worker_alone(): void
    {
        $stuck = self::server()->connect()->request('GET', '/spin/30000', ['X-Request-Id' => 'stuck-1']);
        $asleep = self::server()->connect()->request('GET', '/slow/30000', ['X-Request-Id' => 'stuck-2']);

        self::assertSame(504, $stuck->answer()->status);
        self::assertSame(504, $asleep->answer()->status);
        self::assertSame(200, $this->get('/api/ping')->status);
        Processes::await(static fn (): bool => preg_match('~id=stuck-2 #\d+ \S+TroubleController\.php:\d+ App\S+TroubleController->slow\(\)~', self::server()->log()) === 1,
            'a sleeping request says where it sleeps', 3);
        self::assertMatchesRegularExpression('~id=stuck-1 #0 \S+TroubleController\.php:\d+ App\S+TroubleController->spin\(\)~', self::server()->log());
        self::assertStringContainsString('waits in sleep: beyond REQUEST_TIMEOUT, it is killed', self::server()->log());
    }

    public function test_a_frozen_idle_worker_costs_nobody_an_answer(): void
    {
        $worker = Processes::await(static function (): ?int {
            $workers = self::server()->status()['application']['workers'];

            return array_column($workers, 'state') === ['idle'] ? $workers[0]['pid'] : null;
        }, 'one worker is left, and idle');
        posix_kill($worker, SIGSTOP);

        self::assertSame(200, $this->get('/api/ping')->status);
        Processes::await(static fn (): bool => ! Processes::alive($worker), 'the frozen worker is gone');
    }
}
