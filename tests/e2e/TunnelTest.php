<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Multipart;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** The tunnel as a command of its own, with a worker in Node. */
final class TunnelTest extends TestCase
{
    private ?Server $server = null;

    private string $folder;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
    }

    protected function tearDown(): void
    {
        $this->server?->kill();
        Folders::remove($this->folder);
    }

    public function test_tasks_and_events_are_run_by_the_worker(): void
    {
        $this->start();

        self::assertSame('{"ok":true,"result":8}', $this->task('app.tasks.add', '{"input":{"a":5,"b":3}}')->body);
        self::assertSame('{"ok":true,"result":"é 𝄞"}', $this->task('app.tasks.echo', '{"input":"é 𝄞"}')->body, 'Not only ASCII');
        self::assertSame("{\"ok\":true,\"result\":\"\u{2028}\"}", $this->task('app.tasks.echo', "{\"input\":\"\u{2028}\"}")->body, 'A line end for some readers');
        self::assertSame('{"ok":true}', $this->request('event/app.events.notify', '{"payload":{"message":"hi"}}')->body);
        self::assertSame('{"ok":false,"error":{"code":500,"message":"Task failed","codeName":"INTERNAL_ERROR"}}', $this->task('app.tasks.fail')->body);
        self::assertSame('{"ok":false,"error":{"code":404,"message":"Task not found","codeName":"NOT_FOUND"}}', $this->task('app.tasks.none')->body);
        Processes::await(fn (): bool => str_contains($this->server()->log(), 'working on app.tasks.add'), 'what the worker prints is in the log');
    }

    public function test_a_large_body_goes_through_both_ways(): void
    {
        $this->start(['TUNNEL_MAX_BODY' => '8M']);
        $text = str_repeat('0123456789', 400_000);

        self::assertSame("{\"ok\":true,\"result\":\"$text\"}", $this->task('app.tasks.echo', "{\"input\":\"$text\"}")->body);
        self::assertSame(413, $this->task('app.tasks.echo', '"'.str_repeat('x', 9 << 20).'"')->status);
    }

    public function test_a_worker_that_crashes_is_replaced_and_no_request_hangs(): void
    {
        $this->start();
        $before = $this->task('app.tasks.pid')->body;
        $waiting = $this->server()->connect()->request('POST', '/__runner/task/app.tasks.never', ['x-runner-token' => 'secret'], '{}');
        Processes::await(fn (): bool => $this->inProgress() === 1.0, 'it is with the worker');

        self::assertSame(500, $this->task('app.tasks.crash')->status);
        self::assertSame(500, $waiting->answer()->status);
        self::assertNotSame($before, $this->task('app.tasks.pid')->body);
    }

    public function test_a_client_that_leaves_cancels_its_task(): void
    {
        $this->start();
        $leaving = $this->server()->connect()->request('POST', '/__runner/task/app.tasks.never', ['x-runner-token' => 'secret'], '{}');
        Processes::await(fn (): bool => $this->inProgress() === 1.0, 'it is with the worker');

        $leaving->close();

        self::assertTrue(Processes::await(fn (): bool => $this->task('app.tasks.cancelled')->body === '{"ok":true,"result":[1]}', 'the worker is told'));
    }

    public function test_several_workers_share_the_requests(): void
    {
        $this->start(['TUNNEL_CONCURRENCY' => '1'], ['--workers', '2']);
        $first = $this->server()->connect()->request('POST', '/__runner/task/app.tasks.never', ['x-runner-token' => 'secret'], '{}');
        Processes::await(fn (): bool => $this->inProgress() === 1.0, 'one worker is busy');

        self::assertSame(200, $this->task('app.tasks.pid')->status);
        $first->close();
    }

    public function test_the_connection_closes_after_a_refused_body(): void
    {
        $this->start();
        $connection = $this->server()->connect()->send("POST /__runner/task/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\nx-runner-token: secret\r\n\r\n");

        $answer = $connection->answer();
        self::assertSame(413, $answer->status);
        self::assertSame('close', $answer->header('Connection'));
    }

    public function test_on_other_addresses_the_default_token_is_refused(): void
    {
        $server = Server::launch(['HTTP_HOST' => '0.0.0.0'] + $this->settings(), $this->folder, ['tunnel']);

        self::assertSame(2, $server->exitCode());
        self::assertStringContainsString('TUNNEL_TOKEN: is missing', $server->lastWords());
    }

    public function test_stopping_ends_the_worker(): void
    {
        $this->start();
        $pid = json_decode($this->task('app.tasks.pid')->body)->result;

        self::assertSame(0, $this->server()->stop());
        self::assertFalse(Processes::alive($pid));
    }

    public function test_the_module_for_node_runs_handlers(): void
    {
        $module = dirname(__DIR__, 2).'/tunnel/node/tunnel-worker.js';
        $this->start(['TUNNEL_WORKER' => 'node '.__DIR__."/Support/tunnel-module-worker.js $module"]);

        self::assertSame('{"ok":true,"result":8}', $this->task('app.tasks.add', '{"input":{"a":5,"b":3}}')->body);
        self::assertSame('{"ok":false,"error":{"code":404,"message":"No such cat","codeName":"NOT_FOUND","data":{"cat":1}}}', $this->task('app.tasks.cat')->body);
        self::assertSame('{"ok":false,"error":{"code":404,"message":"Task toString not found","codeName":"NOT_FOUND"}}', $this->task('toString')->body);
        self::assertStringContainsString('"message":"a bug"', $this->task('app.tasks.bug')->body);
        self::assertSame(500, $this->task('app.tasks.circular')->status);
        self::assertSame('{"ok":true,"result":"logged"}', $this->task('app.tasks.log')->body, 'what is printed is no answer');
        self::assertSame('{"ok":true,"result":{"n":2}}', $this->request('event/app.events.count', '{"payload":{"n":1},"returnPayload":true}')->body);

        $leaving = $this->server()->connect()->request('POST', '/__runner/task/app.tasks.wait', ['x-runner-token' => 'secret'], '{}');
        Processes::await(fn (): bool => $this->inProgress() === 1.0, 'it is with the worker');
        $leaving->close();
        Processes::await(fn (): bool => $this->task('app.tasks.aborted')->body === '{"ok":true,"result":1}', 'its signal is aborted');

        $stream = $this->server()->connect()->request('POST', '/__runner/task/app.tasks.ticks', ['x-runner-token' => 'secret'], '{}');
        self::assertSame("tick\n", $stream->head()->status === 200 ? $stream->chunk() : null);
        $stream->close();
        Processes::await(fn (): bool => $this->task('app.tasks.aborted')->body === '{"ok":true,"result":1001}', 'a stream ends with its client');
        $broken = $this->server()->connect()->request('POST', '/__runner/task/app.tasks.breaks', ['x-runner-token' => 'secret'], '{}');
        self::assertSame('begun', $broken->head()->status === 200 ? $broken->chunk() : null);
        self::assertTrue($broken->ends(), 'what broke off is no whole answer');
        self::assertSame(0, $this->server()->stop());
    }

    public function test_who_may_call_is_asked_of_the_worker(): void
    {
        $module = dirname(__DIR__, 2).'/tunnel/node/tunnel-worker.js';
        $this->start(['TUNNEL_WORKER' => 'node '.__DIR__."/Support/tunnel-module-worker.js $module", 'TUNNEL_DELEGATE_AUTH' => 'on']);

        self::assertSame('{"ok":true,"result":8}', $this->send('task/app.tasks.add', '{"input":{"a":5,"b":3}}', ['x-user' => 'ada'])->body);
        self::assertSame('{"ok":false,"error":{"code":401,"message":"Unauthorized","codeName":"UNAUTHORIZED"}}', $this->send('task/app.tasks.add', '{"input":{"a":5,"b":3}}', ['x-user' => 'eve'])->body);
    }

    public function test_settings_may_stand_in_a_file_of_json(): void
    {
        file_put_contents("$this->folder/tunnel.json", json_encode(['base_path' => '/rpc', 'auth_token' => ['one', 'two'], 'allowed_tasks' => ['app.tasks.add'], 'timeouts' => ['app.tasks.never' => 0.05]]));
        $this->start([], ['--config', 'tunnel.json']);

        $ask = fn (string $token, string $id): Answer => $this->server()->request('POST', "/rpc/task/$id", ['x-runner-token' => $token], '{"input":{"a":5,"b":3}}');
        self::assertSame('{"ok":true,"result":8}', $ask('two', 'app.tasks.add')->body);
        self::assertSame(401, $ask('secret', 'app.tasks.add')->status);
        self::assertSame(403, $ask('one', 'app.tasks.never')->status);
    }

    public function test_a_file_of_settings_that_is_wrong_stops_the_start(): void
    {
        file_put_contents("$this->folder/tunnel.json", '{"colour":"red","workers":"none"}');
        $server = Server::launch($this->settings(), $this->folder, ['tunnel', '-c', 'tunnel.json']);

        self::assertSame(2, $server->exitCode());
        self::assertStringContainsString('colour: is no setting of the tunnel', $server->lastWords());
        self::assertStringContainsString('TUNNEL_WORKERS: "none" is not a whole number', $server->lastWords());
    }

    public function test_a_laravel_application_runs_tasks_with_its_container(): void
    {
        $this->server = Server::launch(
            ['LARAVEL_PATH' => Server::application(), 'TUNNEL_WORKER' => 'artisan laravel-rust:tunnel', 'TUNNEL_CONCURRENCY' => '1'] + $this->settings(),
            $this->folder,
            ['tunnel', '--workers', '2'],
        )->awaitListening();

        self::assertSame('{"ok":true,"result":{"application":"Laravel Bridge demo","text":"é"}}', $this->task('demo.echo', '{"input":{"text":"é"}}')->body);
        $refused = $this->task('demo.echo', '{"input":{}}');
        self::assertSame(422, $refused->status);
        self::assertSame(['text'], array_keys($refused->json()['error']['data']['errors']));
        self::assertSame(404, $this->task('demo.none')->status);
        self::assertSame('{"ok":true,"result":{"text":"HEARD"}}', $this->request('event/demo.heard', '{"payload":{"text":"heard"},"returnPayload":true}')->body);
    }

    public function test_a_laravel_application_takes_files_and_bytes_and_streams(): void
    {
        $this->server = Server::launch(
            ['LARAVEL_PATH' => Server::application(), 'TUNNEL_WORKER' => 'artisan laravel-rust:tunnel', 'TUNNEL_CONCURRENCY' => '1', 'TUNNEL_DELEGATE_AUTH' => 'on'] + $this->settings(),
            $this->folder,
            ['tunnel'],
        )->awaitListening();
        $form = fn (string $text): Multipart => (new Multipart)->field('__manifest', '{"input":{"file":{"$runnerFile":"File","id":"f1","meta":{"name":"a.txt"}}}}')->file('file:f1', 'x', 'text/plain', $text);
        $upload = fn (string $text): Answer => $this->send('task/demo.upload', $form($text)->body(), ['Content-Type' => $form($text)->type()]);

        self::assertSame('{"ok":true,"result":{"name":"a.txt","size":5,"sum":"'.md5('hello').'"}}', $upload('hello')->body);
        self::assertSame(422, $upload(str_repeat('x', 200_000))->status, 'Its rules are those of an upload');
        self::assertSame('ABC', $this->send('task/demo.upper', 'abc', ['Content-Type' => 'application/octet-stream'])->body);
        $rows = $this->task('demo.rows');
        self::assertSame(["1\n2\n3\n", 'text/csv'], [$rows->body, $rows->header('Content-Type')]);
        self::assertSame(401, $this->send('task/demo.rows', '{}', ['x-user' => 'eve'])->status);
        self::assertSame([], glob("$this->folder/laravel-bridge-spool.*/[0-9]*"));
    }

    public function test_without_a_worker_the_built_in_tasks_answer(): void
    {
        $this->server = Server::launch($this->settings(), $this->folder, ['tunnel'])->awaitListening();

        self::assertSame('{"ok":true,"result":8}', $this->task('app.tasks.add', '{"input":{"a":5,"b":3}}')->body);
    }

    /**
     * @param  array<string, string>  $settings
     * @param  list<string>  $arguments
     */
    private function start(array $settings = [], array $arguments = []): void
    {
        copy(__DIR__.'/Support/tunnel-worker.js', "$this->folder/node-worker.js");
        $this->server = Server::launch($settings + $this->settings(), $this->folder, ['tunnel', ...$arguments])->awaitListening();
    }

    /** @return array<string, string> */
    private function settings(): array
    {
        return ['LARAVEL_PATH' => $this->folder, 'SPOOL_DIR' => $this->folder, 'ADMIN_SOCKET' => "$this->folder/bridge.sock.admin"];
    }

    private function server(): Server
    {
        return $this->server ?? self::fail('No server');
    }

    private function inProgress(): float
    {
        foreach ($this->server()->status()['upstreams'] ?? [] as $kind) {
            if ($kind['kind'] === 'tunnel') {
                return (float) $kind['figures']['in_progress'];
            }
        }

        return -1;
    }

    private function task(string $id, string $body = '{}'): Answer
    {
        return $this->request("task/$id", $body);
    }

    private function request(string $path, string $body): Answer
    {
        return $this->send($path, $body, []);
    }

    /** @param  array<string, string>  $headers */
    private function send(string $path, string $body, array $headers): Answer
    {
        return $this->server()->request('POST', "/__runner/$path", $headers + ['x-runner-token' => 'secret', 'Content-Type' => 'application/json'], $body);
    }
}
