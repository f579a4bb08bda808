<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** What urocket-service.yaml is to the commands, and to a server that runs. */
final class ExecFileTest extends TestCase
{
    private string $folder;

    private ?Server $server = null;

    /** @var array<string, string> what the commands need beside the file */
    private array $asking = [];

    protected function setUp(): void
    {
        $this->folder = Server::folder();
    }

    protected function tearDown(): void
    {
        $this->server?->kill();
        Folders::remove($this->folder);
    }

    public function test_a_file_is_checked_by_name(): void
    {
        $this->write(['/a' => 1]);
        foreach (['parse', 'dry'] as $word) {
            $good = $this->bridge($word);
            self::assertSame(0, $good->code, $good->errors);
            self::assertMatchesRegularExpression('~^/a\s+exec\s~m', $good->output);
        }
        file_put_contents("$this->folder/service.yaml", "servicename: x\npaths: { /a: { get: { outtake: 'ftp://uri/{req_id}' } } }\n");
        $bad = $this->bridge('parse');
        self::assertSame(1, $bad->code);
        self::assertStringContainsString('/a GET', $bad->errors);
    }

    public function test_the_server_of_a_file_is_asked_by_that_file(): void
    {
        $this->start(['/a' => 1], $this->freePort(), ['run']);

        $status = $this->bridge('status', '--json');
        self::assertSame(0, $status->code, $status->errors);
        self::assertSame('exec', json_decode($status->output, true)['upstreams'][0]['kind']);
        self::assertSame(0, $this->bridge('stop', '--wait')->code);
        Processes::await(fn (): bool => ! $this->server?->running(), 'it has stopped');
    }

    public function test_a_reload_takes_the_file_as_it_is_now(): void
    {
        $this->start(['/a' => 1, '/b' => 2]);
        self::assertSame(['1', '2'], [$this->get('/a'), $this->get('/b')]);

        $this->write(['/a' => 3, '/c' => 4]);
        self::assertSame(0, $this->bridge('reload', '--wait')->code);
        self::assertSame(['3', '4', 404], [$this->get('/a'), $this->get('/c'), $this->get('/b')]);

        $this->write(['/a' => 5, '/b' => 6]);
        $this->server?->signal(SIGHUP);
        Processes::await(fn (): bool => $this->get('/b') === '6', 'a signal does the same');
    }

    public function test_a_file_that_is_wrong_leaves_everything_as_it_was(): void
    {
        $this->start(['/a' => 1]);
        file_put_contents("$this->folder/service.yaml", "servicename: x\npaths: [\n");

        $refused = $this->bridge('reload', '--wait');
        self::assertSame(1, $refused->code);
        self::assertStringContainsString('service.yaml', $refused->errors.$refused->output);
        self::assertSame('1', $this->get('/a'));

        $this->write(['/a' => 2], socket: 'other.sock');
        self::assertSame(1, $this->bridge('reload', '--wait')->code);
        self::assertSame('1', $this->get('/a'));
    }

    public function test_limits_are_refused_where_they_cannot_be_kept(): void
    {
        $this->write(['/a' => 1]);
        $yaml = str_replace('timeout: 20000', 'timeout: 20000, limits: { memory: 64M }', (string) file_get_contents("$this->folder/service.yaml"));
        file_put_contents("$this->folder/service.yaml", $yaml);

        $refused = $this->bridge('parse');
        self::assertSame(1, $refused->code);
        self::assertMatchesRegularExpression('~line \d+: /a GET: `limits` need UROCKET_CGROUP~', $refused->errors);

        $this->asking = ['UROCKET_CGROUP' => $this->folder, 'ADMIN_SOCKET' => 'off', 'LOG_DIR' => '', 'HTTP_PORT' => '0'];
        $started = $this->bridge('run');
        self::assertNotSame(0, $started->code);
        self::assertStringContainsString("UROCKET_CGROUP: $this->folder is no folder of cgroup v2; under systemd, `Delegate=yes`", $started->errors.$started->output);
    }

    public function test_without_a_process_of_its_own_whoever_reads_the_log_may_reply(): void
    {
        $this->asking = ['ADMIN_SOCKET' => 'off'];
        file_put_contents("$this->folder/service.yaml", "socketpath: $this->folder/reply.sock\npaths: { /a: { get: { outtake: 'usocket://uri/{req_id}' } } }\n");
        $this->server = $server = Server::launch($this->asking + ['LOG_DIR' => ''], $this->folder, ['urocket', '-c', 'service.yaml'])->awaitListening();

        $caller = $server->connect()->request('GET', '/a');
        Processes::await(static fn (): bool => str_contains($server->log(), 'waits for a reply'), 'the log has the id');
        $id = preg_match('/req_id=(\S+) .+ waits for a reply from elsewhere/', $server->log(), $found) === 1 ? $found[1] : self::fail($server->log());
        $reply = new Connection("unix://$this->folder/reply.sock");
        self::assertSame(200, $reply->request('POST', "/uri/$id", [], '{"from":"outside"}')->answer()->status);

        self::assertSame('{"from":"outside"}', $caller->answer()->body);
        $reply->close();
        $caller->close();
    }

    /** @param  array<string, int>  $replies  what each path is answered with */
    private function write(array $replies, int $port = 1, string $socket = 'reply.sock'): void
    {
        $yaml = "servicename: x\nport: $port\nsocketpath: $this->folder/$socket\npaths:\n";
        foreach ($replies as $path => $reply) {
            $yaml .= "  $path:\n    get:\n      inject: { wd: $this->folder, env: [], cmd: [sh, -c, 'curl -sS --unix-socket \"\$UROCKET_SOCKET\" http://localhost/uri/\$REQUEST_ID -d $reply'], channel: stdin, encoding: json, timeout: 20000 }\n      outtake: usocket://uri/{req_id}\n";
        }
        file_put_contents("$this->folder/service.yaml", $yaml);
    }

    /**
     * @param  array<string, int>  $replies
     * @param  list<string>  $words
     */
    private function start(array $replies, ?int $port = null, array $words = []): void
    {
        $this->write($replies, $port ?? 1);
        $this->asking = $port === null ? ['ADMIN_SOCKET' => "$this->folder/admin.sock"] : [];
        $settings = $this->asking + ($port === null ? [] : ['HTTP_PORT' => '']);
        $this->server = Server::launch($settings + ['LOG_DIR' => ''], $this->folder, ['urocket', ...$words, '-c', 'service.yaml'])->awaitListening();
    }

    private function bridge(string ...$arguments): Program
    {
        return Program::run([Server::binary(), 'urocket', ...array_values($arguments), '-c', "$this->folder/service.yaml"], $this->asking + ['PATH' => (string) getenv('PATH')]);
    }

    private function get(string $path): string|int
    {
        $answer = $this->server?->get($path) ?? self::fail('No server');

        return $answer->status === 200 ? $answer->body : $answer->status;
    }

    private function freePort(): int
    {
        $probe = stream_socket_server('tcp://127.0.0.1:0') ?: self::fail('No port');
        $port = (int) substr((string) strrchr((string) stream_socket_get_name($probe, false), ':'), 1);
        fclose($probe);

        return $port;
    }
}
