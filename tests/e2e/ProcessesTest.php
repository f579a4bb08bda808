<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PDO;
use PHPUnit\Framework\TestCase;

/** Other processes of the application, kept running beside the web side: queue workers above all. */
final class ProcessesTest extends TestCase
{
    private string $folder;

    private Server $server;

    private PDO $database;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        // What a failed run has left behind is no part of these tests.
        $this->database = new PDO('sqlite:'.Server::application().'/database/database.sqlite');
        $this->database->exec('delete from jobs');
        $this->server = $this->start('queue: artisan queue:work --sleep=0.1 --tries=1');
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->folder);
    }

    public function test_a_queue_worker_runs_jobs_and_one_that_is_killed_is_replaced(): void
    {
        $first = $this->process('queue');
        self::assertSame($first['pid'], $this->job('one'));

        posix_kill($first['pid'], SIGKILL);

        $second = Processes::await(fn (): ?array => ($row = $this->process('queue'))['pid'] !== $first['pid'] && $row['state'] === 'running' ? $row : null, 'it is replaced');
        self::assertSame(1, $second['restarts']);
        self::assertStringContainsString('SIGKILL', $second['last_end']);
        self::assertSame($second['pid'], $this->job('two'));
        Processes::await(fn (): bool => preg_match("/queue\\[{$second['pid']}\\]:.*RememberValue.*DONE/", $this->server->log()) === 1, 'the log has its output');
    }

    public function test_a_reload_replaces_it_after_its_job(): void
    {
        $before = $this->process('queue')['pid'];
        $this->dispatch('late', 1);
        Processes::await(fn (): bool => $this->jobs('where reserved_at is not null') === 1, 'the job runs');

        $reload = $this->command('reload', '--wait');

        self::assertSame(0, $reload->code, $reload->errors);
        $after = Processes::await(fn (): ?array => ($row = $this->process('queue'))['pid'] !== $before && $row['state'] === 'running' ? $row : null, 'it is replaced');
        self::assertSame(0, $after['restarts'], 'It was asked to');
        self::assertSame(['late', $before], $this->lastJob(), 'The old one has finished its job');
        self::assertSame($after['pid'], $this->job('after'));
    }

    public function test_stop_lets_the_job_in_hand_finish(): void
    {
        $pid = $this->process('queue')['pid'];
        $this->dispatch('last', 1);
        Processes::await(fn (): bool => $this->jobs('where reserved_at is not null') === 1, 'the job runs');

        self::assertSame(0, $this->server->stop());

        self::assertFalse(Processes::alive($pid));
        self::assertStringNotContainsString('killed', $this->server->log());
        $this->server = $this->start('');
        self::assertSame(['last', $pid], $this->lastJob());
        self::assertSame(0, $this->jobs());
    }

    public function test_nothing_survives_a_kill_9_of_the_server(): void
    {
        $pid = $this->process('queue')['pid'];
        self::assertTrue(Processes::alive($pid));
        $this->server->kill();

        Processes::await(static fn (): bool => ! Processes::alive($pid), 'the queue worker ends', 5);
    }

    public function test_a_restart_loop_is_paused_and_shown_everywhere_and_the_web_side_serves_on(): void
    {
        $this->server->stop();
        $this->server = $this->start("bad(restart=always): sh -c 'echo no port; exit 3'; once(restart=never): sh -c 'exit 0'");

        $bad = Processes::await(fn (): ?array => ($row = $this->process('bad'))['state'] === 'looping' ? $row : null, 'the loop is noticed');

        self::assertSame('exit code 3, its last words: "no port"', $bad['last_end']);
        self::assertGreaterThan(30, $bad['next_start_seconds']);
        self::assertSame('ended', $this->process('once')['state']);
        self::assertMatchesRegularExpression('/looping .* bad, next start in .*exit code 3/', $this->command('status')->output);
        self::assertStringContainsString('bad ended 5 times in a row', $this->server->log());
        self::assertStringContainsString('looping for', $this->admin('/-/status', ['Accept' => 'text/html']));
        self::assertStringContainsString('bridge_process_up{process="bad"} 0', $this->admin('/-/metrics'));
        self::assertStringContainsString('bridge_process_restarts_total{process="bad"} 4', $this->admin('/-/metrics'));
        self::assertTrue($this->server->answers());
    }

    public function test_all_problems_stop_the_start(): void
    {
        $server = Server::launch(['BRIDGE_PROCESSES' => 'a(0): artisan x; b: nowhere-to-be-found --token=secret', 'HTTP_PORT' => 'x'], Server::folder());

        self::assertSame(78, $server->exitCode());
        foreach (['HTTP_PORT: "x"', 'the entry "a" has count "0"', 'the program of the entry "b" is not found in PATH'] as $problem) {
            self::assertStringContainsString($problem, $server->log());
        }
        self::assertStringNotContainsString('secret', $server->log());
        Folders::remove($server->folder);
    }

    private function start(string $processes): Server
    {
        return Server::start(['BRIDGE_PROCESSES' => $processes, 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '2'], $this->folder);
    }

    private function command(string ...$arguments): Program
    {
        return Program::run([Server::binary(), ...array_values($arguments)], ['SOCKET_PATH' => "$this->folder/bridge.sock", 'PATH' => (string) getenv('PATH')]);
    }

    /** @param  array<string, string>  $headers */
    private function admin(string $target, array $headers = []): string
    {
        return (new Connection("unix://$this->folder/bridge.sock.admin"))->request('GET', $target, $headers)->answer()->body;
    }

    /** @return array{pid: int, state: string, restarts: int, last_end: string, next_start_seconds: float} */
    private function process(string $name): array
    {
        $rows = array_column(json_decode($this->admin('/-/status'), true, 512, JSON_THROW_ON_ERROR)['processes'], null, 'name');

        return $rows[$name];
    }

    private function dispatch(string $value, int $seconds = 0): void
    {
        $answer = $this->server->request('POST', '/api/queue', ['Content-Type' => 'application/json'], json_encode(['value' => $value, 'seconds' => $seconds], JSON_THROW_ON_ERROR));
        self::assertSame(202, $answer->status);
    }

    /** Has a job run, and tells by which process. */
    private function job(string $value): int
    {
        $this->dispatch($value);
        Processes::await(fn (): bool => $this->jobs() === 0, "the job $value is done");
        [$done, $pid] = $this->lastJob();
        self::assertSame($value, $done);

        return $pid;
    }

    private function jobs(string $which = ''): int
    {
        $count = $this->database->query("select count(*) from jobs $which");

        return $count === false ? -1 : (int) $count->fetchColumn();
    }

    /**
     * Asked for only when it is done: a file of the cache that is read while it is made is taken for expired, and removed.
     *
     * @return array{string, int} what the last job was to remember, and the process that ran it
     */
    private function lastJob(): array
    {
        $result = $this->server->get('/queue/result')->json()['result'];

        return is_array($result) ? [$result['value'], $result['pid']] : ['', 0];
    }
}
