<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Testing\RecordedAnswer;
use LaravelBridge\Tests\Support\HandlerProcess;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * A worker in its own process, behind a real handler, with an application that has no framework.
 */
final class WorkerTest extends TestCase
{
    private static HandlerProcess $handler;

    /** @var list<HandlerProcess> */
    private array $more = [];

    public static function setUpBeforeClass(): void
    {
        self::$handler = HandlerProcess::scenario('usual')->ready();
    }

    public static function tearDownAfterClass(): void
    {
        self::$handler->stop();
    }

    protected function tearDown(): void
    {
        foreach ($this->more as $handler) {
            $handler->stop();
        }
    }

    #[Test]
    public function it_serves_one_request_after_the_other(): void
    {
        $server = self::$handler->worker();
        foreach (['/a', '/b', '/c'] as $i => $target) {
            $answer = $server->exchange('GET', $target);

            self::assertSame(['taken', 'answer', 'end', 'ready'], $answer->types());
            self::assertSame("GET {$target} ", $answer->body());
            self::assertSame($i + 1, $answer->ready['requests'] ?? null);
            self::assertFalse($answer->ready['retire'] ?? null);
            self::assertGreaterThan(100_000, $answer->ready['memory'] ?? 0);
        }
    }

    #[Test]
    public function that_the_request_has_changed_the_settings_is_said_before_the_end_of_its_answer(): void
    {
        $this->more[] = $handler = HandlerProcess::scenario('changing-its-boot')->ready();
        $server = $handler->worker();
        foreach (['/a', '/exit'] as $target) {
            $answer = $server->exchange('GET', $target);

            self::assertSame(['taken', 'answer', 'outdated', 'end', 'ready'], $answer->types());
            self::assertSame(['t' => 'outdated', 'why' => 'the request has changed /srv/app/.env', 'hold' => true], $answer->messages[2]);
        }
    }

    #[Test]
    public function functions_for_the_end_run_at_the_end_of_their_request_and_once(): void
    {
        $file = (string) tempnam(sys_get_temp_dir(), 'shutdown');
        $server = self::$handler->worker();
        $first = $server->exchange('POST', '/shutdown', ['id' => 'one'], $file);
        $afterFirst = (string) file_get_contents($file);
        $server->exchange('GET', '/a');
        $server->exchange('POST', '/shutdown', ['id' => 'two'], $file);

        self::assertSame(['answered', false], [$first->body(), $first->ready['retire'] ?? null]);
        self::assertSame("first one\nsecond one\nand after first\nand after second\n", $afterFirst);
        self::assertSame(str_replace('one', 'two', $afterFirst), substr((string) file_get_contents($file), strlen($afterFirst)));
        unlink($file);
    }

    #[Test]
    public function what_they_throw_costs_nobody_an_answer(): void
    {
        $server = self::$handler->worker();
        self::assertSame('answered', $server->exchange('GET', '/shutdown-throws')->body());
        self::assertSame('GET /a ', $server->exchange('GET', '/a')->body());

        $exits = self::$handler->worker();
        $answer = $exits->exchange('GET', '/shutdown-exits');
        self::assertSame(['answered', true], [$answer->body(), $answer->ready['retire'] ?? null]);
        self::assertNull($exits->receive());
    }

    #[Test]
    public function it_takes_a_body_of_several_megabytes(): void
    {
        $body = random_bytes(3_000_000);
        $answer = self::$handler->worker()->exchange('POST', '/a', [], $body);

        self::assertSame(md5("POST /a {$body}"), md5($answer->body()));
    }

    #[Test]
    public function two_workers_do_not_throw_the_same_dice(): void
    {
        $one = self::$handler->worker()->exchange('GET', '/random')->body();
        $two = self::$handler->worker()->exchange('GET', '/random')->body();

        self::assertNotSame($one, $two);
    }

    #[Test]
    public function it_answers_a_ping_between_requests(): void
    {
        $server = self::$handler->worker();
        $server->exchange('GET', '/a');
        $server->send('ping');
        $pong = $server->receive();

        self::assertIsArray($pong);
        self::assertSame('pong', $pong['t']);
        self::assertSame(1, $pong['requests']);
        self::assertSame('GET /b ', $server->exchange('GET', '/b')->body());
    }

    #[Test]
    public function it_tells_where_it_is_when_it_is_asked_by_a_signal(): void
    {
        $server = FakeServer::connect(self::$handler->socket);
        $hello = $server->welcome();
        $file = sys_get_temp_dir().'/bridge-spin-'.bin2hex(random_bytes(6));
        $server->request('POST', '/spin', ['id' => 'spins'], $file);
        $taken = $server->receive();
        self::assertSame(['t' => 'taken'], $taken);

        for ($i = 0; $i < 1000 && ! file_exists("{$file}-begun"); $i++) {
            usleep(5000);
            clearstatcache();
        }
        posix_kill((int) $hello['pid'], (int) $hello['stack']);
        $stack = $server->receive();
        touch($file);
        $answer = $server->record();
        unlink($file);
        unlink("{$file}-begun");

        self::assertIsArray($stack);
        self::assertSame(['stack', 'spins'], [$stack['t'], $stack['id']]);
        self::assertMatchesRegularExpression('~/scenarios\.php:\d+ spinUntil\(\)$~', $stack['frames'][0]);
        self::assertMatchesRegularExpression('~/scenarios\.php:\d+ \{closure.*\}\(\)$~', $stack['frames'][1]);
        self::assertStringNotContainsString('Worker->', implode("\n", $stack['frames']));
        self::assertSame('spun', $answer->body());
    }

    #[Test]
    public function asked_while_it_has_no_request_it_says_nothing(): void
    {
        $server = FakeServer::connect(self::$handler->socket);
        $hello = $server->welcome();
        posix_kill((int) $hello['pid'], (int) $hello['stack']);

        self::assertSame(['taken', 'answer', 'end', 'ready'], $server->exchange('GET', '/a')->types());
    }

    #[Test]
    public function what_is_printed_before_the_answer_comes_before_it(): void
    {
        self::assertSame('echoed answered', self::$handler->worker()->exchange('GET', '/echo')->body());
    }

    #[Test]
    public function buffers_left_open_are_closed_and_gone_at_the_next_request(): void
    {
        $server = self::$handler->worker();
        $level = $server->exchange('GET', '/level')->body();

        self::assertStringStartsWith('one two three ', $server->exchange('GET', '/nested-buffers')->body());
        self::assertSame($level, $server->exchange('GET', '/level')->body());
    }

    #[Test]
    public function exit_sends_what_was_printed_with_status_and_headers(): void
    {
        $server = self::$handler->worker();
        $answer = $server->exchange('GET', '/exit');

        self::assertSame(418, $answer->status());
        self::assertSame('printed and buffered and shut down', $answer->body());
        self::assertSame('before', $answer->header('X-Said'));
        self::assertSame('c=v', $answer->header('Set-Cookie'));
        self::assertSame('text/html; charset=UTF-8', $answer->header('Content-Type'));
        self::assertSame(['taken', 'answer', 'end', 'ready'], $answer->types());
        self::assertTrue($answer->ready['retire'] ?? null);
        self::assertNull($server->receive(), 'The worker ends.');
    }

    #[Test]
    public function php_s_own_session_ends_the_worker_so_that_no_other_client_gets_it(): void
    {
        foreach (['/session', '/session-closed'] as $target) {
            $server = self::$handler->worker();
            $answer = $server->exchange('GET', $target);

            self::assertTrue($answer->ready['retire'] ?? null);
            @unlink(sys_get_temp_dir().'/sess_'.$answer->body());
        }
    }

    #[Test]
    public function php_s_own_session_is_written_when_the_application_ends_the_process(): void
    {
        $id = bin2hex(random_bytes(8));
        foreach (['1', '2'] as $visits) {
            self::assertSame($visits, self::$handler->worker()->exchange('POST', '/session-and-exit', body: $id)->body());
        }
        unlink(sys_get_temp_dir()."/sess_{$id}");
    }

    #[Test]
    public function exit_in_a_stream_ends_it_well(): void
    {
        $answer = self::$handler->worker()->exchange('GET', '/exit-in-stream');

        self::assertSame('part', $answer->body());
        self::assertTrue($answer->ended);
        self::assertTrue($answer->ready['retire'] ?? null);
    }

    #[Test]
    public function a_fatal_error_is_a_clean_500(): void
    {
        $answer = self::$handler->worker()->exchange('GET', '/fatal');

        self::assertSame(500, $answer->status());
        self::assertSame("Internal Server Error\n", $answer->body());
        self::assertTrue($answer->ended);
        self::assertStringContainsString('a fatal error', $answer->ready['why'] ?? '');
    }

    #[Test]
    public function a_fatal_error_in_a_stream_never_looks_like_its_end(): void
    {
        $answer = self::$handler->worker()->exchange('GET', '/fatal-in-stream');

        self::assertSame('part', $answer->body());
        self::assertFalse($answer->ended);
    }

    #[Test]
    public function memory_that_ran_out_is_a_clean_500(): void
    {
        $answer = self::$handler->worker()->exchange('GET', '/memory');

        self::assertSame(500, $answer->status());
        self::assertTrue($answer->ended);
        self::assertStringContainsString('Allowed memory size', $answer->ready['why'] ?? '');
    }

    #[Test]
    public function what_the_request_prints_at_its_end_is_in_the_answer_although_memory_ran_out(): void
    {
        $answer = self::$handler->worker()->exchange('GET', '/memory-and-words');

        self::assertSame([500, 'last words', true], [$answer->status(), $answer->body(), $answer->ended]);
    }

    #[Test]
    public function an_application_that_gives_no_answer_costs_it_the_worker(): void
    {
        foreach (['/abandon', '/uncaught'] as $target) {
            $answer = self::$handler->worker()->exchange('GET', $target);

            self::assertSame(['taken'], $answer->types(), $target);
        }
    }

    #[Test]
    public function a_stream_is_a_frame_for_each_flush_at_once(): void
    {
        self::assertSame(['one', 'two', 'three'], $this->readPartByPart('/stream')->chunks);
    }

    #[Test]
    public function garbage_in_cycles_does_not_gather(): void
    {
        $server = self::$handler->worker();
        $memory = [];
        for ($round = 0; $round < 200; $round++) {
            $memory[] = $server->exchange('GET', '/cycle')->ready['memory'] ?? PHP_INT_MAX;
        }

        self::assertLessThan($memory[0] + 6_000_000, max($memory));
    }

    #[Test]
    public function flush_alone_is_enough(): void
    {
        self::assertSame(['one', 'two'], $this->readPartByPart('/stream-flush-only')->chunks);
    }

    #[Test]
    public function a_stream_may_end_all_buffers_itself_and_the_worker_is_replaced(): void
    {
        $answer = $this->readPartByPart('/stream-without-buffers');

        self::assertSame(['one', 'two'], $answer->chunks);
        self::assertTrue($answer->ended);
        self::assertTrue($answer->ready['retire'] ?? null);
    }

    #[Test]
    public function a_stream_without_flushes_does_not_gather_in_memory(): void
    {
        $server = self::$handler->worker();
        $server->exchange('GET', '/a');
        $answer = $server->exchange('GET', '/stream-much');

        self::assertSame(3_000_000, strlen($answer->body()));
        self::assertGreaterThan(100, count($answer->chunks));
        self::assertLessThan(4_200_000, $answer->ready['peak'] ?? PHP_INT_MAX);
    }

    #[Test]
    public function a_flush_before_the_answer_sends_a_head_made_by_php(): void
    {
        $answer = $this->readPartByPart('/flush-before-answer');

        self::assertSame(202, $answer->status());
        self::assertStringStartsWith('text/event-stream', (string) $answer->header('Content-Type'));
        self::assertSame(['early', ' late'], $answer->chunks);
        self::assertTrue($answer->ended);
    }

    #[Test]
    public function a_stream_ends_when_the_client_has_left(): void
    {
        $server = self::$handler->worker();
        $server->request('GET', '/stream-forever');
        for ($i = 0; $i < 3; $i++) {
            $server->receive();
        }
        $server->send('cancel');
        $answer = $server->record();

        self::assertTrue($answer->ended);
        self::assertTrue($answer->ready['retire'] ?? null);
    }

    #[Test]
    public function a_stream_that_ignores_the_client_learns_of_it_and_keeps_its_worker(): void
    {
        $server = self::$handler->worker();
        $server->request('GET', '/stream-stubborn');
        for ($i = 0; $i < 3; $i++) {
            $server->receive();
        }
        $server->send('cancel');
        $answer = $server->record();

        self::assertTrue($answer->ended);
        self::assertNotNull($answer->ready);
    }

    #[Test]
    public function headers_and_status_of_php_end_with_their_request(): void
    {
        $server = self::$handler->worker();
        $server->exchange('GET', '/headers');

        self::assertSame('200', $server->exchange('GET', '/headers-seen')->body());
    }

    #[Test]
    public function standard_output_is_not_the_protocol(): void
    {
        $server = self::$handler->worker();

        self::assertSame('said', $server->exchange('GET', '/stdout')->body());
        self::assertStringContainsString("to standard output\n", self::$handler->errors());
        self::assertStringContainsString("to standard error\n", self::$handler->errors());
    }

    #[Test]
    public function the_client_does_not_wait_for_what_comes_after_the_end(): void
    {
        $gate = sys_get_temp_dir().'/bridge-gate-'.bin2hex(random_bytes(4));
        $server = $this->handler('waiting-terminate', ['TERMINATE_GATE' => $gate])->worker();
        $server->request('GET', '/a');
        do {
            $frame = $server->receive();
            self::assertNotNull($frame, 'The end waits for what comes after it');
        } while ($frame !== ['t' => 'end']);
        touch($gate);
        $ready = $server->receive();
        unlink($gate);

        self::assertIsArray($ready);
        self::assertSame('ready', $ready['t'] ?? null);
    }

    #[Test]
    public function exit_after_the_end_leaves_the_answer_alone(): void
    {
        $server = $this->handler('exit-in-terminate')->worker();
        $answer = $server->exchange('GET', '/a');

        self::assertSame(['taken', 'answer', 'end', 'ready'], $answer->types());
        self::assertTrue($answer->ready['retire'] ?? null);
    }

    #[Test]
    public function what_is_printed_after_the_end_goes_nowhere(): void
    {
        $server = $this->handler('printing-terminate')->worker();

        self::assertSame('GET /a ', $server->exchange('GET', '/a')->body());
        self::assertSame('GET /b ', $server->exchange('GET', '/b')->body());
    }

    #[Test]
    public function it_retires_after_its_requests_and_waits_for_the_server_to_let_it_go(): void
    {
        $handler = $this->handler('usual', ['WORKER_MAX_REQUESTS' => '3']);
        $server = $handler->worker();
        $retired = [];
        for ($i = 0; $i < 3; $i++) {
            $retired[] = $server->exchange('GET', '/a')->ready['retire'] ?? null;
        }
        self::assertSame([false, false, true], $retired);
        $server->close();
        self::assertSame(0, $handler->until('exited')[1]['code'] ?? null);
    }

    #[Test]
    public function with_isolation_by_request_it_serves_one(): void
    {
        $handler = $this->handler('usual', ['WORKER_ISOLATION' => 'request']);

        self::assertTrue($handler->worker()->exchange('GET', '/a')->ready['retire'] ?? null);
        $server = $handler->worker();
        self::assertFalse($server->exchange('GET', '/a', ['isolate' => false])->ready['retire'] ?? null, 'A request may say otherwise.');
        self::assertTrue($server->exchange('GET', '/a')->ready['retire'] ?? null);
    }

    #[Test]
    public function a_request_may_want_its_worker_for_itself(): void
    {
        $server = self::$handler->worker();

        self::assertFalse($server->exchange('GET', '/a')->ready['retire'] ?? null);
        $answer = $server->exchange('GET', '/a', ['isolate' => true]);
        self::assertTrue($answer->ready['retire'] ?? null);
        self::assertSame('one request for each process', $answer->ready['why'] ?? null);
    }

    #[Test]
    public function a_worker_that_is_told_to_stop_finishes_its_request(): void
    {
        $server = self::$handler->worker();
        $pid = (int) $server->exchange('GET', '/pid')->body();
        $server->request('GET', '/sleep');
        self::assertSame(['t' => 'taken'], $server->receive());
        posix_kill($pid, SIGTERM);
        $answer = $server->record();

        self::assertTrue($answer->ended);
        self::assertNull($server->receive());
        self::assertTrue(HandlerProcess::gone($pid));
    }

    #[Test]
    public function an_idle_worker_that_is_told_to_stop_is_gone_at_once(): void
    {
        $server = self::$handler->worker();
        $pid = (int) $server->exchange('GET', '/pid')->body();
        posix_kill($pid, SIGTERM);

        self::assertTrue(HandlerProcess::gone($pid));
    }

    #[Test]
    public function it_has_one_socket_and_a_memory_limit(): void
    {
        $server = self::$handler->worker();

        self::assertSame('1', $server->exchange('GET', '/descriptors')->body());
        self::assertSame('128M 1', $server->exchange('GET', '/ini')->body());
        self::assertSame(
            'BRIDGE_CONTROL_FD=false BRIDGE_GENERATION=false KEPT=false',
            $server->exchange('GET', '/environment')->body(),
        );
    }

    #[Test]
    public function a_program_that_goes_on_does_not_hold_the_connection_of_its_worker(): void
    {
        $server = self::$handler->worker();
        $pid = (int) $server->exchange('GET', '/pid')->body();
        $background = (int) $server->exchange('GET', '/background')->body();
        posix_kill($pid, SIGKILL);

        self::assertNull($server->receive());
        self::assertTrue(HandlerProcess::alive($background));
        posix_kill($background, SIGKILL);
    }

    #[Test]
    public function nonsense_on_the_wire_ends_it(): void
    {
        $server = self::$handler->worker();
        $server->raw("HELLO\r\n\r\n");

        self::assertNull($server->receive());
    }

    /**
     * A streamed answer whose next part is printed only when the last one has arrived here.
     */
    private function readPartByPart(string $target): RecordedAnswer
    {
        $mark = sys_get_temp_dir().'/bridge-read-'.bin2hex(random_bytes(6));
        $server = self::$handler->worker();
        $server->request('POST', $target, [], $mark);
        $answer = new RecordedAnswer;
        while (! $answer->isOver() && ($frame = $server->receive()) !== null) {
            $answer->add($frame);
            if (is_string($frame)) {
                touch("{$mark}.{$frame}");
            }
        }
        array_map(unlink(...), glob("{$mark}.*") ?: []);

        return $answer;
    }

    /**
     * @param  array<string, string>  $environment
     */
    private function handler(string $scenario, array $environment = []): HandlerProcess
    {
        return $this->more[] = HandlerProcess::scenario($scenario, $environment)->ready();
    }
}
