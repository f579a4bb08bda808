<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Browser;
use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;

/** An application publishes from requests and jobs to browsers that the server holds, and says who may read. */
#[Group('main')]
final class PubsubTest extends ServerTestCase
{
    private const MOUNT = ['PUBSUB_MOUNT' => '/pubsub', 'PUBSUB_TOKEN' => 'secret'];

    /** @var array<int, string> what readers have read beyond their last event */
    private array $read = [];

    protected static function settings(): array
    {
        return self::MOUNT + [
            'PUBSUB_AUTH' => '/realtime/auth',
            'BRIDGE_PROCESSES' => 'queue: artisan queue:work --sleep=0.1 --tries=1',
            'SOCKET_POOL_MIN' => '1',
            'SOCKET_POOL_MAX' => '1',
        ];
    }

    public function test_a_reader_gets_what_a_request_and_a_job_publish_with_ids_and_what_it_has_missed(): void
    {
        $topic = 'open';
        $reader = $this->reader($topic);
        self::assertSame('text/event-stream', $reader->head()->header('Content-Type'));
        self::assertSame(['readers' => 1], $this->get("/realtime/publish?topic={$topic}&text=one")->json());
        $first = $this->event($reader);
        self::assertSame(['request', 'one'], [$first['event'], $first['data']['text']]);
        self::assertContains($first['data']['by'], self::server()->workers(), 'A worker has published it,');

        self::assertSame(202, $this->get("/realtime/publish-later?topic={$topic}&text=two")->status);
        $second = $this->event($reader);
        self::assertSame(['job', 'two'], [$second['event'], $second['data']['text']]);
        self::assertSame(self::server()->status()['processes'][0]['pid'], $second['data']['by'], 'and a queue worker this one.');
        $reader->close();

        Processes::await(static fn (): bool => self::readers() === 0, 'the reader is gone');
        self::assertSame(['readers' => 0], $this->get("/realtime/publish?topic={$topic}&text=three")->json());
        $back = $this->reader($topic, ['Last-Event-ID' => $first['id']]);
        self::assertSame(200, $back->head()->status);
        [$again, $third] = [$this->event($back), $this->event($back)];
        self::assertSame([$second['id'], 'two', 'three'], [$again['id'], $again['data']['text'], $third['data']['text']]);
        self::assertCount(3, array_unique([$first['id'], $second['id'], $third['id']]));
        $back->close();
    }

    public function test_a_reader_that_waits_keeps_no_worker_busy(): void
    {
        $readers = [];
        for ($i = 0; $i < 50; $i++) {
            $readers[] = $reader = $this->reader('open');
            self::assertSame(200, $reader->head()->status);
        }
        self::assertSame(['readers' => 50], $this->get('/realtime/publish?topic=open&text=all')->json());
        foreach ($readers as $reader) {
            self::assertSame('all', $this->event($reader)['data']['text']);
            $reader->close();
        }
    }

    /** @return array<string, array{string, int}> */
    public static function guests(): array
    {
        return [
            'what everybody may read' => ['open', 200],
            'what is for members' => ['user-1', 401],
            'a route that sends elsewhere' => ['elsewhere', 403],
            'a route that fails' => ['broken', 500],
        ];
    }

    #[DataProvider('guests')]
    public function test_a_guest_is_told_what_the_route_says(string $topic, int $status): void
    {
        $reader = $this->reader($topic);
        $answer = $status === 200 ? $reader->head() : $reader->answer();

        self::assertSame($status, $answer->status);
        self::assertNull($answer->header('Location'));
        self::assertStringNotContainsString('fails', $answer->body, 'A reader learns no more than the status.');
    }

    public function test_a_member_reads_what_is_for_them_alone(): void
    {
        $browser = new Browser(self::server());
        $browser->visit('/login');
        $browser->submit('/login', ['email' => 'demo@example.com', 'password' => 'password']);
        $cookies = ['Cookie' => implode('; ', array_map(static fn (string $name, string $value): string => "$name=$value", array_keys($browser->cookies), $browser->cookies))];

        self::assertSame([200, 403], [$this->reader('user-1', $cookies)->head()->status, $this->reader('user-2', $cookies)->head()->status]);
    }

    public function test_auth_middleware_answers_401_to_a_guest_and_leads_nowhere(): void
    {
        $answer = self::readerOf(['PUBSUB_AUTH' => '/realtime/members']);

        self::assertSame([401, null], [$answer->status, $answer->header('Location')]);
    }

    public function test_a_route_that_is_missing_lets_nobody_in(): void
    {
        self::assertSame(404, self::readerOf(['PUBSUB_AUTH' => '/nowhere'])->status);
    }

    public function test_while_the_application_is_down_for_maintenance_nobody_new_is_let_in(): void
    {
        $folder = Server::folder();
        $release = Release::make("$folder/app", 'up');
        $release->ownStorage();
        $server = Server::start(self::MOUNT + ['PUBSUB_AUTH' => '/realtime/auth', 'LARAVEL_PATH' => $release->path], $folder);
        try {
            $before = self::readerAt($server, 'open');
            self::assertSame(200, $before->head()->status);
            file_put_contents("{$release->path}/storage/framework/down", '{"status":503}');
            self::assertSame(503, self::readerAt($server, 'open')->head()->status);
            self::assertFalse($before->readable(0.05), 'Who is in stays.');
        } finally {
            $server->kill();
            Folders::remove($folder);
        }
    }

    public function test_where_the_application_does_not_boot_nobody_is_let_in(): void
    {
        $folder = Server::folder();
        $release = Release::make("$folder/app", 'broken');
        $release->route("throw new LogicException('The boot fails.');");
        $server = Server::launch(self::MOUNT + ['PUBSUB_AUTH' => '/realtime/auth', 'LARAVEL_PATH' => $release->path], $folder)->awaitListening();
        try {
            Processes::await(static fn (): bool => str_contains($server->log(), 'The boot fails.'), 'the boot fails');
            self::assertSame(503, self::readerAt($server, 'open')->head()->status);
        } finally {
            $server->kill();
            Folders::remove($folder);
        }
    }

    /** @param  array<string, string>  $settings */
    private static function readerOf(array $settings): Answer
    {
        $server = Server::start($settings + self::MOUNT);
        try {
            return self::readerAt($server, 'open')->head();
        } finally {
            $server->kill();
            Folders::remove($server->folder);
        }
    }

    /** @param  array<string, string>  $headers */
    private static function readerAt(Server $server, string $topic, array $headers = []): Connection
    {
        return $server->connect()->request('GET', "/pubsub/news/{$topic}", $headers + ['Accept' => 'text/event-stream']);
    }

    /** @param  array<string, string>  $headers */
    private function reader(string $topic, array $headers = []): Connection
    {
        return self::readerAt(self::server(), $topic, $headers);
    }

    /** @return array{id: string, event: string, data: array<string, mixed>} */
    private function event(Connection $reader): array
    {
        $known = &$this->read[spl_object_id($reader)];
        do {
            while (! str_contains((string) $known, "\n\n")) {
                $known .= $reader->chunk() ?? self::fail("The stream has ended: {$known}");
            }
            [$event, $known] = explode("\n\n", (string) $known, 2);
        } while ($event === ':');
        self::assertSame(1, preg_match('/^id: (\S+)\nevent: (\S+)\ndata: (.+)$/', $event, $match), $event);

        return ['id' => $match[1] ?? '', 'event' => $match[2] ?? '', 'data' => (array) json_decode($match[3] ?? '', true)];
    }

    private static function readers(): int
    {
        foreach (self::server()->status()['upstreams'] as $kind) {
            if ($kind['kind'] === 'pubsub') {
                return (int) $kind['figures']['readers'];
            }
        }

        return -1;
    }
}
