<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Depends;

/** What operators see and ask for, answered by the server itself, whatever its workers do. */
final class OperatorsTest extends ServerTestCase
{
    private const TOKEN = 'a token for a test';

    /** Far longer than an answer may take that needs no worker. */
    private const AT_ONCE = 0.5;

    /** @var list<Connection> */
    private array $hanging = [];

    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '2', 'QUEUE_LIMIT' => '3', 'ADMIN_LISTEN' => '127.0.0.1:0', 'ADMIN_TOKEN' => self::TOKEN];
    }

    protected function tearDown(): void
    {
        foreach ($this->hanging as $connection) {
            $connection->answer();
        }
        $this->hanging = [];
    }

    /** @return array<string, array{string, string, int, string}> */
    public static function pages(): array
    {
        return [
            'live' => ['/-/live', 'application/json', 200, '"ok"'],
            'ready' => ['/-/ready', 'application/json', 200, '"ok"'],
            'startup' => ['/-/startup', 'application/json', 200, '"ok"'],
            'status' => ['/-/status', 'application/json', 200, '/slow/1500'],
            'metrics' => ['/-/metrics', 'text/plain; version=0.0.4; charset=utf-8', 200, 'bridge_workers{state="busy"} 2'],
        ];
    }

    #[DataProvider('pages')]
    public function test_every_page_answers_at_once_while_all_workers_hang(string $path, string $type, int $status, string $part): void
    {
        $this->hang('/slow/1500', 2);
        $start = microtime(true);

        $answer = $this->ask('GET', $path);

        self::assertLessThan(self::AT_ONCE, microtime(true) - $start);
        self::assertSame($status, $answer->status);
        self::assertSame($type, $answer->header('Content-Type'));
        self::assertStringContainsString($part, $answer->body);
    }

    public function test_the_status_names_who_is_busy_with_what_and_since_when_and_who_waits(): void
    {
        $this->hang('/slow/1500', 2, 'hanging-1');
        $busy = self::server()->workers();
        $this->hanging[] = self::server()->connect()->request('GET', '/api/ping');
        usleep(400_000);

        $status = $this->ask('GET', '/-/status')->json();

        $workers = array_column($status['application']['workers'], null, 'pid');
        self::assertEqualsCanonicalizing($busy, array_keys($workers));
        foreach ($workers as $worker) {
            self::assertSame(['busy', 'GET /slow/1500'], [$worker['state'], $worker['request']]);
            self::assertGreaterThan(0.3, $worker['age_seconds']);
            self::assertLessThan(1.6, $worker['age_seconds']);
            self::assertGreaterThan(1 << 20, $worker['resident_bytes']);
        }
        self::assertSame(1, $status['application']['queue']['length']);
        self::assertGreaterThan(0.3, $status['application']['queue']['oldest_seconds']);
        self::assertSame(3, $status['server']['requests_in_progress']);
        self::assertContains('hanging-1', array_column($status['server']['requests'], 'id'));
        self::assertSame(self::server()->handler(), $status['application']['handler']);
    }

    public function test_a_full_queue_is_not_ready_and_its_rejections_are_counted(): void
    {
        $before = $this->metric('bridge_rejections_total{reason="QueueFull"}');
        $this->hang('/slow/1500', 2);
        for ($number = 0; $number < 3; $number++) {
            $this->hanging[] = self::server()->connect()->request('GET', '/api/ping');
        }
        Processes::await(fn (): bool => $this->ask('GET', '/-/ready')->status === 503, 'a full queue is not ready', 1);

        self::assertStringContainsString('the queue is full', $this->get('/-/ready')->body);
        self::assertSame(200, $this->get('/-/live')->status);
        self::assertSame(503, $this->get('/api/ping', ['X-Request-Id' => 'rejected-1'])->status);
        self::assertSame($before + 1, $this->metric('bridge_rejections_total{reason="QueueFull"}'));
        self::assertSame('QueueFull', $this->failure('rejected-1')['error']);
    }

    public function test_metrics_can_be_read_by_prometheus_and_count_what_happens(): void
    {
        $answered = $this->metric('bridge_requests_total{class="2xx",route="/*"}');
        $timed = $this->metric('bridge_request_php_seconds_count');
        $this->get('/api/ping');
        $this->get('/-/live');

        $sample = '/^bridge_[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? [0-9.e+-]+$/';
        foreach (explode("\n", trim($this->ask('GET', '/-/metrics')->body)) as $line) {
            self::assertMatchesRegularExpression(str_starts_with($line, '#') ? '/^# (HELP|TYPE) bridge_\w+ ./' : $sample, $line);
        }
        self::assertSame($answered + 1, $this->metric('bridge_requests_total{class="2xx",route="/*"}'));
        self::assertSame($timed + 1, $this->metric('bridge_request_php_seconds_count'));
        self::assertGreaterThan(0, $this->metric('bridge_boot_seconds'));
        self::assertGreaterThan(1 << 20, $this->metric('bridge_memory_bytes{process="workers"}'));
    }

    public function test_a_request_that_failed_is_remembered_with_its_id_and_a_lost_worker_is_counted(): void
    {
        $before = $this->metric('bridge_worker_restarts_total{reason="WorkerDied"}');
        $connection = self::server()->connect()->request('GET', '/slow/20000?secret=1', ['X-Request-Id' => 'killed-2']);
        posix_kill(self::server()->busyWorker(), SIGKILL);
        self::assertSame(502, $connection->answer()->status);

        $failure = $this->failure('killed-2');
        self::assertSame(['WorkerDied', 502, 'GET', '/slow/20000'], [$failure['error'], $failure['status'], $failure['method'], $failure['path']]);
        Processes::await(fn (): bool => $this->metric('bridge_worker_restarts_total{reason="WorkerDied"}') === $before + 1, 'the loss is counted', 2);
    }

    public function test_a_browser_gets_a_page_that_needs_nothing_else(): void
    {
        $page = $this->ask('GET', '/-/status', ['Accept' => 'text/html,*/*;q=0.8']);

        self::assertSame('text/html; charset=utf-8', $page->header('Content-Type'));
        self::assertStringContainsString((string) self::server()->workers()[0], $page->body);
        self::assertDoesNotMatchRegularExpression('/<script|\bsrc=|\bhref=|url\(/', $page->body);
    }

    public function test_the_main_port_answers_probes_and_leaves_the_rest_to_the_application(): void
    {
        self::assertSame('{"status":"ok"}', trim($this->get('/-/ready')->body));
        foreach (['/-/status', '/-/metrics', '/-/stop'] as $path) {
            self::assertSame(404, $this->get($path)->status);
        }
        self::assertSame(0600, fileperms($this->socket()) & 0777);
    }

    public function test_over_tcp_the_token_is_needed_and_a_web_page_may_not_ask(): void
    {
        $bearer = ['Authorization' => 'Bearer '.self::TOKEN];

        self::assertSame(401, $this->askOverTcp('GET', '/-/status')->status);
        self::assertSame(401, $this->askOverTcp('GET', '/-/status', ['Authorization' => 'Bearer '.self::TOKEN.'x'])->status);
        self::assertSame(200, $this->askOverTcp('GET', '/-/status', $bearer)->status);
        self::assertSame(200, $this->askOverTcp('GET', '/-/status', ['Authorization' => 'Basic '.base64_encode('ops:'.self::TOKEN)])->status);
        self::assertSame(403, $this->askOverTcp('POST', '/-/stop', $bearer + ['Origin' => 'http://evil.example'])->status);
        self::assertTrue(self::server()->answers());
    }

    public function test_the_commands_show_the_same(): void
    {
        $this->hang('/slow/1500', 2);
        $worker = (string) self::server()->workers()[0];

        $text = Program::run([Server::binary(), 'status'], $this->environment());
        $json = Program::run([Server::binary(), 'status', '--json'], $this->environment());
        $workers = Program::run([Server::binary(), 'workers'], $this->environment());
        $top = Program::run([Server::binary(), 'top'], $this->environment());

        self::assertSame([0, 0, 0, 0], [$text->code, $json->code, $workers->code, $top->code]);
        foreach ([$text, $json, $workers, $top] as $program) {
            self::assertStringContainsString($worker, $program->output);
            self::assertStringContainsString('GET /slow/1500', $program->output);
        }
        self::assertSame(self::server()->pid, json_decode($json->output, true, 512, JSON_THROW_ON_ERROR)['pid']);
    }

    public function test_artisan_asks_the_same(): void
    {
        $artisan = [PHP_BINARY, Server::application().'/artisan', 'laravel-rust:status', '--json'];

        $status = Program::run($artisan, $this->environment() + ['BRIDGE_BINARY' => (string) realpath(Server::binary())]);

        self::assertSame(0, $status->code, $status->errors);
        self::assertSame(self::server()->pid, json_decode($status->output, true, 512, JSON_THROW_ON_ERROR)['pid']);
    }

    public function test_commands_say_where_nobody_answers(): void
    {
        $status = Program::run([Server::binary(), 'status'], ['SOCKET_PATH' => '/tmp/nobody-is-here.sock']);

        self::assertSame(3, $status->code);
        self::assertStringContainsString('/tmp/nobody-is-here.sock.admin', $status->errors);
    }

    public function test_reload_returns_when_the_new_workers_serve(): void
    {
        $generation = $this->ask('GET', '/-/status')->json()['application']['generation'];
        $running = self::server()->connect()->request('GET', '/slow/700');
        self::server()->busyWorker();

        $reload = Program::run([Server::binary(), 'reload', '--wait'], $this->environment());

        self::assertSame(0, $reload->code, $reload->errors);
        $application = $this->ask('GET', '/-/status')->json()['application'];
        self::assertSame($generation + 1, $application['generation']);
        self::assertSame(200, $running->answer()->status, 'What the old worker was at is finished');
        self::assertSame(1.0, $this->metric('bridge_ready'));
    }

    #[Depends('test_reload_returns_when_the_new_workers_serve')]
    public function test_reloads_are_counted(): void
    {
        self::assertGreaterThanOrEqual(1, $this->metric('bridge_reloads_total{result="done"}'));
    }

    /** @param  array<string, string>  $headers */
    private function ask(string $method, string $path, array $headers = []): Answer
    {
        return self::exchange('unix://'.$this->socket(), $method, $path, $headers);
    }

    /** @param  array<string, string>  $headers */
    private function askOverTcp(string $method, string $path, array $headers = []): Answer
    {
        preg_match('~operators on http://(127\.0\.0\.1:\d+)~', self::server()->log(), $match);

        return self::exchange('tcp://'.($match[1] ?? 'nowhere'), $method, $path, $headers);
    }

    /** @param  array<string, string>  $headers */
    private static function exchange(string $address, string $method, string $path, array $headers): Answer
    {
        $connection = new Connection($address);
        try {
            return $connection->request($method, $path, $headers + ['Connection' => 'close'])->answer();
        } finally {
            $connection->close();
        }
    }

    private function metric(string $name): float
    {
        $line = preg_quote($name, '/');
        preg_match("/^$line (\S+)$/m", $this->ask('GET', '/-/metrics')->body, $match);

        return (float) ($match[1] ?? 0);
    }

    /** @return array<string, mixed> */
    private function failure(string $id): array
    {
        return array_column($this->ask('GET', '/-/status')->json()['errors'], null, 'id')[$id] ?? [];
    }

    /** Requests that keep every worker busy until the end of the test. */
    private function hang(string $target, int $times, string $id = 'hanging'): void
    {
        for ($number = 0; $number < $times; $number++) {
            $this->hanging[] = self::server()->connect()->request('GET', $target, ['X-Request-Id' => $id]);
        }
        Processes::await(static fn (): bool => count(array_filter(self::server()->workers(), Processes::sleepsInTheApplication(...))) === $times, 'all workers hang');
    }

    private function socket(): string
    {
        return self::server()->folder.'/bridge.sock.admin';
    }

    /** @return array<string, string> */
    private function environment(): array
    {
        return ['SOCKET_PATH' => self::server()->folder.'/bridge.sock', 'PATH' => (string) getenv('PATH')];
    }
}
