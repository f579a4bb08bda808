<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Tunnel;

use LaravelBridge\Tests\Support\SmallLaravel;
use LaravelBridge\Tunnel\Registry;
use LaravelBridge\Tunnel\Worker;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

require_once __DIR__.'/tasks.php';

#[BackupGlobals(true)]
final class WorkerTest extends TestCase
{
    private SmallLaravel $laravel;

    private string $printed = '';

    /** @var array{class-string, string}|null */
    private ?array $auth = [Guard::class, 'allowed'];

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel;
        Heard::$payloads = [];
        Streams::$seen = [];
    }

    protected function tearDown(): void
    {
        $this->laravel->stop();
    }

    #[Test]
    public function a_task_gets_the_members_of_its_input_by_their_names_and_services_by_their_types(): void
    {
        self::assertSame(['id' => 1, 'ok' => true, 'result' => 8], $this->task('app.add', ['a' => 5, 'b' => 3]));
        self::assertSame(['id' => 1, 'ok' => true, 'result' => '[1,2]'], $this->task('app.name', [1, 2]));
        self::assertSame(['id' => 1, 'ok' => true, 'result' => 'null'], $this->task('app.alias', null));
    }

    #[Test]
    public function answers_come_in_the_order_of_the_lines_and_other_lines_are_ignored(): void
    {
        $lines = $this->perform([
            'nonsense',
            '{"type":"cancel","id":7}',
            '{"type":"task","id":1,"taskId":"app.add","input":{"a":1,"b":1}}',
            '{"type":"event","id":2,"eventId":"app.hear","payload":"hi"}',
            '{"type":"shutdown","id":3}',
            '{"type":"event","id":4,"eventId":"app.hear","payload":"too late"}',
        ]);

        self::assertSame(['{"id":1,"ok":true,"result":2}', '{"id":2,"ok":true}'], $lines);
        self::assertSame(['hi'], Heard::$payloads);
    }

    #[Test]
    public function rules_are_checked_before_the_task_runs(): void
    {
        self::assertSame(['name' => 'Ada'], $this->task('app.valid', ['name' => 'Ada', 'more' => 1])['result']);
        $refused = $this->task('app.valid', ['name' => 'too long']);
        self::assertFalse($refused['ok']);
        self::assertSame([422, 'VALIDATION_ERROR'], [$refused['error']['code'], $refused['error']['codeName']]);
        self::assertArrayHasKey('name', $refused['error']['data']['errors']);
    }

    #[Test]
    public function exceptions_become_errors_and_only_a_debugged_application_tells_the_others(): void
    {
        self::assertSame(['message' => 'Internal Error', 'code' => 500, 'codeName' => 'INTERNAL_ERROR'], $this->task('app.fail', null)['error']);
        self::assertSame('secret', $this->task('app.fail', null, debug: true)['error']['message']);
        self::assertSame(['message' => 'Taken', 'code' => 409, 'codeName' => 'CONFLICT'], $this->task('app.fail', ['with' => 'conflict'])['error']);
        self::assertSame([404, 'NOT_FOUND'], array_slice(array_values($this->task('app.fail', ['with' => 'missing'])['error']), 1));
        self::assertSame(500, $this->task('app.resource', null)['error']['code']);
        self::assertSame(404, $this->task('app.none', null)['error']['code']);
    }

    #[Test]
    public function what_a_task_prints_stays_out_of_the_answers(): void
    {
        self::assertCount(1, $this->perform(['{"type":"task","id":1,"taskId":"app.fail"}']));
        self::assertStringContainsString('printed on the way', $this->printed);
    }

    #[Test]
    public function a_listener_may_change_the_payload(): void
    {
        self::assertSame(['{"id":1,"ok":true,"result":{"changed":true,"a":1}}'], $this->perform(['{"type":"event","id":1,"eventId":"app.change","payload":{"a":1},"returnPayload":true}']));
    }

    #[Test]
    public function a_scoped_service_is_new_for_each_job(): void
    {
        $this->laravel->app->scoped('counter', static fn (): object => (object) ['n' => 0]);
        $first = $this->laravel->app->make('counter');
        $this->task('app.add', ['a' => 1, 'b' => 1]);

        self::assertNotSame($first, $this->laravel->app->make('counter'));
    }

    #[Test]
    public function the_files_of_a_form_are_uploads_and_no_other_path_is_believed(): void
    {
        $path = (string) tempnam(sys_get_temp_dir(), 'upload');
        file_put_contents($path, 'hello');
        $sentinel = static fn (string $id): array => ['$runnerFile' => 'File', 'id' => $id, 'meta' => ['name' => 'a.txt'], 'path' => '/etc/passwd'];
        $job = ['type' => 'task', 'id' => 1, 'taskId' => 'app.files', 'input' => ['one' => $sentinel('f1'), 'other' => [$sentinel('f2')]],
            'files' => ['f1' => ['path' => $path, 'size' => 5, 'name' => 'part', 'type' => 'text/plain']]];
        $lines = $this->perform([json_encode($job, JSON_THROW_ON_ERROR)]);
        unlink($path);

        self::assertSame(['{"id":1,"ok":true,"result":[["a.txt","text/plain","hello"]]}'], $lines);
        self::assertSame([[$sentinel('f2')]], Streams::$seen, 'What the server does not name stays as it is');
    }

    #[Test]
    public function a_body_is_read_from_its_file_or_as_it_comes(): void
    {
        $path = (string) tempnam(sys_get_temp_dir(), 'body');
        file_put_contents($path, "a\0b");
        $file = json_encode(['path' => $path, 'size' => 3], JSON_THROW_ON_ERROR);
        $lines = $this->perform([
            "{\"type\":\"task\",\"id\":1,\"taskId\":\"app.bytes\",\"body\":$file}",
            "{\"type\":\"task\",\"id\":2,\"taskId\":\"app.resource-stream\",\"body\":$file}",
            '{"type":"task","id":3,"taskId":"app.upper","body":{"stream":true}}',
            '{"type":"chunk","id":3,"data":"YWI="}',
            '{"type":"task","id":4,"taskId":"app.bytes","body":{"stream":true}}',
            '{"type":"end","id":3}',
            '{"type":"chunk","id":4,"data":"Y2Q="}',
            '{"type":"end","id":4}',
        ]);
        unlink($path);

        self::assertSame('{"id":1,"ok":true,"result":"a\u0000b/3"}', $lines[0]);
        self::assertSame(['{"id":2,"stream":{"status":200,"contentType":"application/octet-stream","headers":{}}}', '{"id":2,"chunk":"YQBi"}', '{"id":2,"end":true}'], array_slice($lines, 1, 3));
        self::assertSame(['{"id":3,"chunk":"QUI="}', '{"id":3,"end":true}'], array_slice($lines, 5, 2));
        self::assertSame('{"id":4,"ok":true,"result":"cd/null"}', $lines[7], 'The other job has waited');
    }

    #[Test]
    public function streams_and_responses_are_answers_in_pieces(): void
    {
        self::assertSame([
            '{"id":1,"stream":{"status":201,"contentType":"text/plain","headers":{"x-a":"b"}}}',
            '{"id":1,"chunk":"MQ=="}',
            '{"id":1,"chunk":"Mg=="}',
            '{"id":1,"end":true}',
        ], $this->perform(['{"type":"task","id":1,"taskId":"app.count"}']));

        $lines = $this->perform(['{"type":"task","id":1,"taskId":"app.response"}']);
        $head = json_decode($lines[0], true, 512, JSON_THROW_ON_ERROR)['stream'];
        self::assertSame([203, 'text/csv', '1'], [$head['status'], $head['contentType'], $head['headers']['x-rows']]);
        self::assertArrayNotHasKey('set-cookie', $head['headers']);
        self::assertSame(['{"id":1,"chunk":"'.base64_encode('printed').'"}', '{"id":1,"end":true}'], array_slice($lines, 1));
    }

    #[Test]
    public function a_stream_that_fails_is_broken_off(): void
    {
        $lines = $this->perform(['{"type":"task","id":1,"taskId":"app.breaks"}']);

        self::assertSame('{"id":1,"chunk":"'.base64_encode('begun').'"}', $lines[1]);
        self::assertStringStartsWith('{"id":1,"ok":false,"error":{"message":"Internal Error"', $lines[2]);
    }

    #[Test]
    public function a_stream_goes_at_the_pace_of_its_client_and_ends_with_it(): void
    {
        [$server, $worker] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0) ?: self::fail('No pair of sockets');
        fwrite($server, '{"type":"task","id":1,"taskId":"app.endless"}'."\n".'{"type":"pause","id":1}'."\n".'{"type":"resume","id":1}'."\n".'{"type":"cancel","id":1}'."\n");
        stream_socket_shutdown($server, STREAM_SHUT_WR);
        $output = fopen('php://memory', 'w+') ?: self::fail('No memory stream');

        (new Worker($this->laravel->app, Registry::fromConfig(['classes' => [Streams::class]]), false, $worker, $output, STDERR))->run();

        self::assertSame([true], Streams::$seen);
    }

    #[Test]
    public function a_task_may_know_its_call(): void
    {
        $lines = $this->perform(['{"type":"task","id":1,"taskId":"app.call","contexts":{"app.user":"7"},"context":{"method":"POST"}}']);

        self::assertSame(['{"id":1,"ok":true,"result":["app.call",{"app.user":"7"},{"method":"POST"},null]}'], $lines);
    }

    #[Test]
    public function who_may_call_is_said_by_the_application(): void
    {
        $ask = fn (string $user): string => $this->perform(['{"type":"auth","id":1,"context":{"headers":{"x-user":"'.$user.'"}}}'])[0];
        self::assertSame('{"id":1,"ok":true}', $ask('ada'));
        self::assertStringContainsString('"code":401', $ask('eve'));
        $this->auth = null;
        self::assertStringContainsString('"code":500', $ask('ada'), 'Nobody says so');
    }

    /** @return array<string, mixed> */
    private function task(string $id, mixed $input, bool $debug = false): array
    {
        $lines = $this->perform([json_encode(['type' => 'task', 'id' => 1, 'taskId' => $id, 'input' => $input], JSON_THROW_ON_ERROR)], $debug);

        return json_decode($lines[0], true, 512, JSON_THROW_ON_ERROR);
    }

    /**
     * @param  list<string>  $lines
     * @return list<string>
     */
    private function perform(array $lines, bool $debug = false): array
    {
        [$server, $input] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0) ?: self::fail('No pair of sockets');
        [$output, $aside] = array_map(static fn (): mixed => fopen('php://memory', 'w+'), [0, 1]);
        if (! $output || ! $aside) {
            self::fail('No memory stream');
        }
        fwrite($server, implode("\n", $lines)."\n");
        stream_socket_shutdown($server, STREAM_SHUT_WR);
        $registry = Registry::fromConfig(['classes' => [Sums::class, Validated::class, Heard::class, Streams::class], 'auth' => $this->auth]);

        (new Worker($this->laravel->app, $registry, $debug, $input, $output, $aside))->run();

        rewind($output);
        rewind($aside);
        $this->printed = (string) stream_get_contents($aside);

        return array_values(array_filter(explode("\n", (string) stream_get_contents($output)), static fn (string $line): bool => $line !== ''));
    }
}
