<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Tests\Support\HandlerProcess;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class HandlerTest extends TestCase
{
    /** @var list<HandlerProcess> */
    private array $handlers = [];

    protected function tearDown(): void
    {
        foreach ($this->handlers as $handler) {
            $handler->stop();
        }
    }

    #[Test]
    public function it_tells_the_runtime_how_it_starts(): void
    {
        $handler = $this->handler('noted');
        $messages = $handler->until('listening');

        self::assertSame(['autoload', 'bootstrap', 'listen'], array_column($messages, 'step'));
        $listening = $messages[count($messages) - 1];
        self::assertSame($handler->socket, $listening['path']);
        self::assertSame($handler->pid, $listening['pid']);
        self::assertSame(0, $listening['capacity']);
        self::assertSame(PHP_VERSION, $listening['php']);
        self::assertSame('0.0.0', $listening['laravel']);
        self::assertSame(['a note'], $listening['notes']);
    }

    #[Test]
    public function its_socket_is_for_its_user_alone(): void
    {
        $handler = $this->handler('usual')->ready();
        self::assertSame(0600, fileperms($handler->socket) & 0777);

        $handler = $this->handler('usual', ['SOCKET_MODE' => '0660'])->ready();
        self::assertSame(0660, fileperms($handler->socket) & 0777);
    }

    #[Test]
    public function a_worker_says_who_forked_it(): void
    {
        $handler = $this->handler('usual')->ready();
        $server = FakeServer::connect($handler->socket);
        $hello = $server->welcome();
        $forked = $handler->until('forked')[0];

        self::assertSame($hello['pid'], $forked['pid']);
        self::assertNotSame($handler->pid, $hello['pid']);
        self::assertSame([1, 7, true, '/fake', 0], [$hello['v'], $hello['generation'], $hello['supervised'], $hello['path'], $hello['capacity']]);
    }

    #[Test]
    public function a_boot_that_fails_says_where_and_why(): void
    {
        $handler = $this->handler('fails');
        $failed = $handler->until('failed')[2];

        self::assertSame('bootstrap', $failed['step']);
        self::assertSame('DomainException', $failed['class']);
        self::assertSame('no database', $failed['message']);
        self::assertStringContainsString('scenarios.php', (string) $failed['file']);
        self::assertSame(1, $handler->exitCode());
        self::assertFileDoesNotExist($handler->socket);
        self::assertStringContainsString('no database', $handler->errors());
    }

    #[Test]
    public function a_boot_that_ends_the_process_says_so_too(): void
    {
        $handler = $this->handler('exits');
        self::assertStringContainsString('ended the process', (string) $handler->until('failed')[2]['message']);
        self::assertSame(1, $handler->exitCode());

        $handler = $this->handler('fatal');
        self::assertStringContainsString('cannot extend final class', (string) $handler->until('failed')[2]['message']);
        self::assertSame(1, $handler->exitCode());
    }

    #[Test]
    public function it_tells_how_a_worker_ended(): void
    {
        $handler = $this->handler('usual')->ready();
        $server = $handler->worker();
        $pid = $handler->until('forked')[0]['pid'];
        $server->exchange('GET', '/a');
        $server->close();
        $exited = $handler->until('exited')[0];

        self::assertSame([$pid, 0, 0], [$exited['pid'], $exited['code'], $exited['signal']]);
        self::assertIsFloat($exited['user']);
        self::assertIsFloat($exited['system']);
        self::assertGreaterThan(1_000_000, $exited['peak']);
    }

    #[Test]
    public function it_notices_a_killed_worker(): void
    {
        $handler = $this->handler('usual')->ready();
        $server = $handler->worker();
        $pid = $handler->until('forked')[0]['pid'];
        self::assertIsInt($pid);
        posix_kill($pid, SIGKILL);
        $exited = $handler->until('exited')[0];

        self::assertSame([$pid, 0, SIGKILL], [$exited['pid'], $exited['code'], $exited['signal']]);
        self::assertNull($server->receive());
    }

    #[Test]
    public function it_signals_a_worker_for_the_runtime_and_nobody_else(): void
    {
        $handler = $this->handler('usual')->ready();
        $server = $handler->worker();
        $pid = $handler->until('forked')[0]['pid'];
        $handler->control?->send('kill', ['pid' => getmypid(), 'signal' => SIGKILL]);
        $handler->control?->send('kill', ['pid' => $pid, 'signal' => SIGKILL]);

        self::assertSame(SIGKILL, $handler->until('exited')[0]['signal']);
        self::assertNull($server->receive());
    }

    #[Test]
    public function told_to_drain_it_takes_no_more_and_ends_with_its_last_worker(): void
    {
        $handler = $this->handler('usual')->ready();
        $server = $handler->worker();
        $handler->control?->send('drain');

        self::assertTrue(HandlerProcess::comesTrue(static fn (): bool => ! file_exists($handler->socket)));
        self::assertTrue($handler->running());
        self::assertSame('GET /a ', $server->exchange('GET', '/a')->body());
        $server->close();
        self::assertSame(0, $handler->exitCode());
    }

    #[Test]
    public function it_ends_with_the_runtime_and_takes_its_workers_along(): void
    {
        $handler = $this->handler('usual')->ready();
        $idle = $handler->worker();
        $busy = $handler->worker();
        $pids = [$handler->until('forked')[0]['pid'], $handler->until('forked')[0]['pid']];
        $busy->request('GET', '/stream-forever');
        $handler->control?->close();

        self::assertSame(0, $handler->exitCode());
        foreach ($pids as $pid) {
            self::assertIsInt($pid);
            self::assertTrue(HandlerProcess::gone($pid));
        }
        self::assertFileDoesNotExist($handler->socket);
        unset($idle);
    }

    #[Test]
    public function a_worker_does_not_outlive_a_handler_that_was_killed(): void
    {
        $handler = $this->handler('usual')->ready();
        $server = $handler->worker();
        $pid = $handler->until('forked')[0]['pid'];
        self::assertIsInt($pid);
        $handler->signal(SIGKILL);

        self::assertTrue(HandlerProcess::gone($pid));
        self::assertNull($server->receive());
    }

    #[Test]
    public function asked_to_terminate_it_lets_the_running_request_finish(): void
    {
        $handler = $this->handler('usual', [], false)->ready();
        $server = $handler->worker();
        $server->request('GET', '/sleep');
        self::assertSame(['t' => 'taken'], $server->receive());
        $handler->signal(SIGTERM);
        $answer = $server->record();

        self::assertSame('slept', $answer->body());
        self::assertTrue($answer->ended);
        self::assertSame(0, $handler->exitCode());
        self::assertFileDoesNotExist($handler->socket);
    }

    #[Test]
    public function asked_twice_it_does_not_wait(): void
    {
        $handler = $this->handler('usual', [], false)->ready();
        $server = $handler->worker();
        $server->request('GET', '/stream-stubborn');
        $server->receive();
        $handler->signal(SIGTERM);
        usleep(200_000);
        self::assertTrue($handler->running());
        $handler->signal(SIGTERM);

        self::assertSame(0, $handler->exitCode());
    }

    #[Test]
    public function started_by_hand_it_says_where_it_listens_and_that_nobody_supervises_it(): void
    {
        $handler = $this->handler('usual', [], false)->ready();
        $hello = FakeServer::connect($handler->socket)->welcome();

        self::assertStringContainsString("listening on {$handler->socket}", $handler->errors());
        self::assertFalse($hello['supervised']);
        self::assertSame(0, $hello['generation']);
    }

    #[Test]
    public function it_refuses_the_socket_of_another_handler(): void
    {
        $one = $this->handler('usual', [], false)->ready();
        $two = $this->handler('usual', ['SOCKET_PATH' => $one->socket], false);

        self::assertSame(1, $two->exitCode());
        self::assertStringContainsString('Another process listens', $two->errors());
        self::assertSame('GET /a ', $one->worker()->exchange('GET', '/a')->body());
    }

    #[Test]
    public function a_setting_that_cannot_be_used_ends_it_with_the_reason(): void
    {
        $handler = $this->handler('usual', ['WORKER_MAX_REQUESTS' => 'many'], false);

        self::assertSame(78, $handler->exitCode());
        self::assertStringContainsString('WORKER_MAX_REQUESTS="many": expected a whole number', $handler->errors());
    }

    #[Test]
    public function hundred_workers_come_and_go(): void
    {
        $handler = $this->handler('usual')->ready();
        for ($i = 0; $i < 100; $i++) {
            $server = $handler->worker();
            self::assertSame("GET /{$i} ", $server->exchange('GET', "/{$i}")->body());
            $server->close();
        }
        $ended = 0;
        while ($ended < 100) {
            $handler->until('exited');
            $ended++;
        }
        self::assertSame(100, $ended);
    }

    #[Test]
    public function from_its_first_worker_on_one_process_ticks_until_it_drains(): void
    {
        $handler = $this->handler('ticks')->ready();
        $first = $handler->worker();
        $second = $handler->worker();
        $ticks = $this->ticker($handler);
        self::assertTrue(HandlerProcess::comesTrue(static fn (): bool => substr_count($handler->errors(), "tick of {$ticks}\n") >= 2), $handler->errors());
        self::assertSame(substr_count($handler->errors(), 'tick of '), substr_count($handler->errors(), "tick of {$ticks}\n"), 'Nobody else does.');

        $handler->control?->send('drain');
        self::assertTrue(HandlerProcess::gone($ticks));
        $first->close();
        $second->close();
        self::assertSame(0, $handler->exitCode());
    }

    #[Test]
    public function a_killed_process_that_ticks_has_a_successor(): void
    {
        $handler = $this->handler('ticks')->ready();
        $worker = $handler->worker();
        $ticks = $this->ticker($handler);
        posix_kill($ticks, SIGKILL);
        $ended = array_values(array_filter($handler->until('exited'), static fn (array $message): bool => $message['t'] === 'exited'))[0];

        self::assertSame([$ticks, SIGKILL], [$ended['pid'], $ended['signal']]);
        self::assertNotSame($ticks, $this->ticker($handler));
        $worker->close();
    }

    #[Test]
    public function an_application_that_ends_the_process_in_a_tick_ends_nothing_else(): void
    {
        $handler = $this->handler('exits-in-a-tick')->ready();
        $worker = $handler->worker();
        $ticks = $this->ticker($handler);
        self::assertTrue(HandlerProcess::gone($ticks));
        self::assertNotSame($ticks, $this->ticker($handler));
        $worker->send('ping');
        self::assertSame('pong', ((array) $worker->receive())['t'] ?? null);
        $worker->close();
    }

    #[Test]
    public function the_process_that_ticks_does_not_outlive_a_killed_handler(): void
    {
        $handler = $this->handler('ticks')->ready();
        $worker = $handler->worker();
        $ticks = $this->ticker($handler);
        $handler->signal(SIGKILL);

        self::assertTrue(HandlerProcess::gone($ticks));
        $worker->close();
    }

    #[Test]
    public function where_nobody_listens_no_process_ticks(): void
    {
        $handler = $this->handler('usual')->ready();
        $workers = [$handler->worker(), $handler->worker()];
        $roles = [];
        for ($i = 0; $i < 2; $i++) {
            foreach ($handler->until('forked') as $message) {
                $roles[] = $message['role'] ?? null;
            }
        }
        self::assertSame([null, null], $roles);
        $handler->signal(SIGTERM);
        foreach ($handler->until('exited') as $message) {
            self::assertNotSame('forked', $message['t']);
        }
        array_map(static fn (FakeServer $worker) => $worker->close(), $workers);
    }

    private function ticker(HandlerProcess $handler): int
    {
        do {
            $messages = $handler->until('forked');
            $forked = $messages[count($messages) - 1];
        } while (($forked['role'] ?? null) !== 'ticks');

        return is_int($forked['pid']) ? $forked['pid'] : 0;
    }

    /**
     * @param  array<string, string>  $environment
     */
    private function handler(string $scenario, array $environment = [], bool $supervised = true): HandlerProcess
    {
        return $this->handlers[] = HandlerProcess::scenario($scenario, $environment, $supervised);
    }
}
