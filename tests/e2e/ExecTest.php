<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Exec;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;

/** One process for each request: `laravel-bridge urocket`, with children in PHP, shell and Python. */
final class ExecTest extends TestCase
{
    private static Server $server;

    public static function setUpBeforeClass(): void
    {
        self::$server = Exec::start(Exec::SERVICE, ['UROCKET_PROCESSES' => '2', 'QUEUE_TIMEOUT' => '5', 'LOG_LEVEL' => 'info']);
    }

    public static function tearDownAfterClass(): void
    {
        $descendants = Processes::descendants(self::$server->pid);
        self::assertSame(0, self::$server->stop(), self::$server->lastWords());
        self::assertSame([], array_filter($descendants, Processes::alive(...)), 'Nothing may be left of the server');
        self::assertFileDoesNotExist(self::$server->folder.'/reply.sock');
        Exec::remove(self::$server);
    }

    /** @return array<string, array{string}> */
    public static function children(): array
    {
        return ['PHP with CURLOPT_UNIX_SOCKET_PATH' => ['/php'], 'shell with curl --unix-socket' => ['/shell'], 'Python' => ['/python']];
    }

    #[DataProvider('children')]
    public function test_the_reply_of_the_process_reaches_the_caller(string $path): void
    {
        $answer = $this->post($path, '{"n":1,"text":"it\'s \"quoted\" ü $HOME"}');

        self::assertSame(200, $answer->status, self::$server->lastWords());
        self::assertSame('application/json', $answer->header('Content-Type'));
        self::assertSame(['n' => 1, 'text' => 'it\'s "quoted" ü $HOME'], $answer->json()['got']);
        self::assertSame($path, $answer->json()['path']);
        self::assertMatchesRegularExpression('/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/', $answer->json()['id']);
        self::assertSame('test', $answer->json()['stage'], 'env of the file');
    }

    public function test_replies_meet_their_own_requests(): void
    {
        $connections = [];
        for ($i = 0; $i < 12; $i++) {
            $connections[$i] = self::$server->connect()->request('POST', '/shell', ['Connection' => 'close'], "{\"n\":$i}");
        }
        foreach ($connections as $i => $connection) {
            self::assertSame(['n' => $i], $connection->answer()->json()['got']);
            $connection->close();
        }
    }

    public function test_a_large_body_goes_to_stdin_whole(): void
    {
        $body = json_encode(['blob' => str_repeat('x', 3_000_000)], JSON_THROW_ON_ERROR);

        self::assertSame(strlen($body), $this->post('/length', $body)->json()['length']);
    }

    public function test_an_argument_that_the_kernel_refuses_is_refused_before_anything_starts(): void
    {
        self::assertSame(413, $this->post('/shell', str_repeat('1', 131_072))->status);
        self::assertSame(400, $this->post('/shell', "1\0002")->status);
        self::assertSame(200, $this->post('/argument', str_repeat('1', 131_071))->status, 'the longest argument there is');
    }

    public function test_the_process_has_what_the_request_brings(): void
    {
        $told = $this->post('/environment/7%2F8?a=1&b=2', '{}', ['X-Request-Id' => 'mine'])->json();

        self::assertSame('/environment/7%2F8', $told['URIPATH']);
        self::assertSame('a=1&b=2', $told['QUERY_STRING']);
        self::assertSame('POST', $told['REQUEST_METHOD']);
        self::assertSame(self::$server->folder.'/reply.sock', $told['UROCKET_SOCKET']);
        self::assertNotSame('of the file', $told['REQUEST_ID'], 'what is reserved cannot be set by the file');
        self::assertSame('a=b', $told['OWN']);
        self::assertSame(self::$server->folder.'/work', $told['PWD']);
    }

    public function test_a_process_that_says_nothing_is_answered_for(): void
    {
        $answer = $this->post('/silent', '{}');

        self::assertSame(502, $answer->status);
        $this->awaitLog('ProcessSilent: the process ended without a reply (exit code 3, its last words: \"giving up\")');
    }

    public function test_the_whole_process_group_is_killed_at_the_timeout(): void
    {
        $answer = $this->post('/slow', '{}');

        self::assertSame(504, $answer->status);
        $grandchild = (int) file_get_contents(self::$server->folder.'/work/grandchild');
        Processes::await(static fn (): bool => ! Processes::alive($grandchild), 'the sleep of the shell is gone, too');
    }

    public function test_only_the_first_reply_counts_and_only_while_it_is_awaited(): void
    {
        $answer = $this->post('/twice', '{}');

        self::assertSame('first', $answer->json()['reply']);
        $told = Processes::await(static fn (): ?string => @file_get_contents(self::$server->folder.'/work/told') ?: null, 'the process has replied twice');
        self::assertSame("ok\n200\nDoes not match any response\n404\n", $told);
    }

    public function test_a_reply_that_is_no_json_is_an_error(): void
    {
        $answer = $this->post('/text', '{}');

        self::assertSame([500, 'false'], [$answer->status, $answer->body]);
    }

    public function test_the_bytes_of_the_reply_are_kept(): void
    {
        $answer = $this->post('/bytes', '{}');

        self::assertSame('{"b":1.0, "a":12345678901234567890}', $answer->body);
    }

    public function test_a_program_or_folder_that_is_missing_is_our_fault(): void
    {
        self::assertSame(500, $this->post('/missing', '{}')->status);
        $this->awaitLog('start /no/such/program: No such file or directory');
        self::assertSame(500, $this->post('/nowhere', '{}')->status);
    }

    public function test_paths_and_verbs_that_are_not_in_the_file(): void
    {
        self::assertSame(404, $this->post('/none', '{}')->status);
        $answer = self::$server->get('/shell');
        self::assertSame([405, 'POST'], [$answer->status, $answer->header('Allow')]);
    }

    public function test_a_caller_that_leaves_does_not_stop_the_process(): void
    {
        $connection = self::$server->connect()->request('POST', '/patient', [], '{}');
        Processes::await(static fn (): bool => is_file(self::$server->folder.'/work/begun'), 'the process has begun');
        $connection->close();
        touch(self::$server->folder.'/work/go');

        $told = Processes::await(static fn (): ?string => @file_get_contents(self::$server->folder.'/work/late') ?: null, 'the process goes on to its end');
        self::assertSame("ok\n", $told, 'its reply is taken');
    }

    public function test_more_requests_than_processes_wait_for_their_turn(): void
    {
        $connections = [];
        for ($i = 0; $i < 6; $i++) {
            $connections[] = self::$server->connect()->request('POST', '/crowd', ['Connection' => 'close'], '{}');
        }
        $most = 0;
        foreach ($connections as $connection) {
            $answer = $connection->answer();
            self::assertSame(200, $answer->status);
            $most = max($most, (int) $answer->json()['at_once']);
            $connection->close();
        }
        self::assertLessThanOrEqual(2, $most, 'UROCKET_PROCESSES');
    }

    public function test_output_is_logged_with_the_id_of_the_request(): void
    {
        $this->post('/shell', '{"n":1}', ['X-Request-Id' => 'seen-in-the-log']);

        Processes::await(static fn (): bool => (bool) preg_match('/\[exec\] id=seen-in-the-log req_id=[-0-9a-f]{36} pid=\d+ ok$/m', self::$server->log()), 'the output is in the log');
        Processes::await(static fn (): bool => (bool) preg_match(
            '/\[access\] id=seen-in-the-log req_id=\S+ process pid=\d+ exit=0 signal=0 ms=[\d.]+ user_ms=[\d.]+ system_ms=[\d.]+ peak_kib=[1-9]\d* command="sh"$/m',
            self::$server->log(),
        ), 'what the process has used is in the log');
        self::assertDoesNotMatchRegularExpression('/\[exec\].* giving up$/m', self::$server->log(), 'logstdout is off there');
    }

    public function test_status_and_metrics_tell_what_processes_use(): void
    {
        $this->post('/shell', '{"n":1}');
        $admin = new Connection('unix://'.self::$server->folder.'/admin.sock');
        $metrics = $admin->request('GET', '/-/metrics')->answer()->body;
        $status = $admin->request('GET', '/-/status', ['Connection' => 'close'])->answer()->json();
        $admin->close();

        self::assertMatchesRegularExpression('/^bridge_exec_processes_total\{result="ok"\} [1-9]/m', $metrics);
        self::assertMatchesRegularExpression('/^bridge_exec_cpu_seconds_total\{mode="(user|system)"\} 0\.\d*[1-9]/m', $metrics);
        self::assertMatchesRegularExpression('/^bridge_exec_peak_memory_bytes [1-9]\d{6}/m', $metrics);
        $exec = array_values(array_filter($status['upstreams'], static fn (array $kind): bool => $kind['kind'] === 'exec'))[0];
        self::assertSame(2, $exec['figures']['process_limit']);
        self::assertGreaterThan(0, $exec['figures']['started']);
        self::assertGreaterThan(1_000_000, $exec['figures']['peak_memory_bytes']);
    }

    public function test_requests_and_replies_are_held_against_the_openapi_document(): void
    {
        $bad = $this->post('/pet/5', '{"name":7}', ['Content-Type' => 'application/json']);
        self::assertSame(400, $bad->status);
        self::assertSame('validation', $bad->json()['error']);
        self::assertSame('body[name]', $bad->json()['details'][0]['place']);
        self::assertSame(400, $this->post('/pet/five', '{"name":"Rex"}', ['Content-Type' => 'application/json'])->status);
        self::assertSame(415, $this->post('/pet/5', '<pet/>', ['Content-Type' => 'application/xml'])->status);

        $good = $this->post('/pet/5', '{"name":"Rex"}', ['Content-Type' => 'application/json']);
        self::assertSame([200, '{"id":5,"name":"Rex"}'], [$good->status, $good->body]);

        $wrong = $this->post('/pet/5', '{"name":"Bad reply"}', ['Content-Type' => 'application/json']);
        self::assertSame(502, $wrong->status);
        $this->awaitLog('ReplyInvalid: the reply of the process does not fit the OpenAPI document (body[id]');
    }

    public function test_nothing_is_started_where_the_file_is_wrong(): void
    {
        $folder = Server::folder();
        file_put_contents("$folder/service.yaml", <<<'YAML'
            openapi: none.yaml
            paths:
              /a:
                get:
                  validate-in: true
                  inject: { wd: /, env: [], cmd: echo, channel: pipe, encoding: xml }
                  outtake: http://uri/{req_id}
            YAML);
        $run = Program::run([Server::binary(), 'urocket', '-c', "$folder/service.yaml"], ['PATH' => (string) getenv('PATH'), 'HTTP_PORT' => '0']);
        unlink("$folder/service.yaml");
        rmdir($folder);

        self::assertSame(1, $run->code);
        self::assertStringContainsString('/a GET: channel is `pipe`', $run->errors);
        self::assertStringContainsString('/a GET: encoding is `xml`', $run->errors);
        self::assertStringContainsString('/a GET: outtake is `http://uri/{req_id}`; only the scheme usocket:// is supported', $run->errors);
        self::assertStringNotContainsString('listening', $run->errors.$run->output);
    }

    public function test_a_socket_that_is_in_use_is_left_alone(): void
    {
        $yaml = (string) file_get_contents(self::$server->folder.'/service.yaml');
        $folder = Server::folder();
        file_put_contents("$folder/service.yaml", (string) preg_replace('/validate-(in|out): true/', '', $yaml));
        $run = Program::run([Server::binary(), 'urocket', '-c', "$folder/service.yaml"], ['PATH' => (string) getenv('PATH'), 'HTTP_PORT' => '0', 'ADMIN_SOCKET' => 'off']);
        unlink("$folder/service.yaml");
        rmdir($folder);

        self::assertNotSame(0, $run->code);
        self::assertStringContainsString('reply.sock', $run->errors);
        self::assertSame(200, $this->post('/shell', '{"n":1}')->status, 'the first server goes on');
    }

    /** The log is written a moment after the answer. */
    private function awaitLog(string $part): void
    {
        Processes::await(static fn (): bool => str_contains(self::$server->log(), $part), "the log says: $part");
    }

    /** @param  array<string, string|list<string>>  $headers */
    private function post(string $path, string $body, array $headers = []): Answer
    {
        return self::$server->request('POST', $path, $headers, $body);
    }
}
