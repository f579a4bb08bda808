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

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel;
        Heard::$payloads = [];
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
        [$input, $output, $aside] = array_map(static fn (): mixed => fopen('php://memory', 'w+'), [0, 1, 2]);
        if (! $input || ! $output || ! $aside) {
            self::fail('No memory stream');
        }
        fwrite($input, implode("\n", $lines)."\n");
        rewind($input);
        $registry = Registry::fromConfig(['classes' => [Sums::class, Validated::class, Heard::class]]);

        (new Worker($this->laravel->app, $registry, $debug, $input, $output, $aside))->run();

        rewind($output);
        rewind($aside);
        $this->printed = (string) stream_get_contents($aside);

        return array_values(array_filter(explode("\n", (string) stream_get_contents($output)), static fn (string $line): bool => $line !== ''));
    }
}
