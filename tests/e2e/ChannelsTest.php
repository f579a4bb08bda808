<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\Channels\HttpPublisher;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;
use LaravelBridge\Exceptions\CannotPublish;
use PHPUnit\Framework\Attributes\Group;

/** Channels and topics beside a Laravel application, in one server. */
#[Group('main')]
final class ChannelsTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return [
            'CHANNELS_MOUNT' => '/channels',
            'PUBSUB_MOUNT' => '/pubsub',
            'PUBSUB_TOKEN' => 'secret',
            'PUBSUB_AUTH' => '/api/ping',
            'MAX_BODY_SIZE' => '1M',
        ];
    }

    public function test_a_message_goes_from_a_waiting_producer_to_a_consumer(): void
    {
        $producer = self::server()->connect()->request('POST', '/channels/ns/name', ['Content-Type' => 'text/x-note'], 'hello');
        $this->awaitFigure('channels', 'waiting_producers', 1);
        $consumer = $this->get('/channels/ns/name');
        self::assertSame(['hello', 'text/x-note'], [$consumer->body, $consumer->header('Content-Type')]);
        self::assertSame(200, $producer->head()->status);
    }

    public function test_a_body_beyond_max_body_size_streams_through(): void
    {
        $consumer = self::server()->connect()->request('GET', '/channels/ns/large');
        $this->awaitFigure('channels', 'waiting_consumers', 1);
        $large = random_bytes(3 << 20);
        $pid = pcntl_fork();
        if ($pid === 0) {
            self::server()->connect()->request('POST', '/channels/ns/large', [], $large)->head();
            posix_kill(posix_getpid(), SIGKILL);
        }
        self::assertSame(200, $consumer->head()->status);
        $seen = '';
        while (($piece = $consumer->chunk()) !== null) {
            $seen .= $piece;
        }
        pcntl_waitpid($pid, $status);
        self::assertTrue($seen === $large);
    }

    public function test_the_application_answers_everything_else(): void
    {
        self::assertSame(200, $this->get('/api/ping')->status);
        self::assertSame(404, $this->get('/state')->status, 'of the command alone');
    }

    public function test_an_event_stream_gets_what_the_application_publishes(): void
    {
        $reader = self::server()->connect()->request('GET', '/pubsub/orders/7', ['Accept' => 'text/event-stream']);
        self::assertSame('text/event-stream', $reader->head()->header('Content-Type'));
        $this->awaitFigure('pubsub', 'readers', 1);
        $publisher = new HttpPublisher(self::server()->url('/pubsub'), 'secret');
        self::assertSame(1, $publisher->publish('orders', '7', ['status' => 'paid'], 'changed'));
        $seen = '';
        while (! str_contains($seen, "\n\n")) {
            $seen .= $reader->chunk() ?? self::fail("The stream ended: $seen");
        }
        self::assertMatchesRegularExpression('/^id: [0-9a-f]+-\d+\nevent: changed\ndata: {"status":"paid"}\n\n$/', $seen);

        $this->expectException(CannotPublish::class);
        (new HttpPublisher(self::server()->url('/pubsub'), 'wrong'))->publish('orders', '7', 'x');
    }

    private function awaitFigure(string $kind, string $figure, int $value): void
    {
        Processes::await(function () use ($kind, $figure, $value): bool {
            foreach (self::server()->status()['upstreams'] as $upstream) {
                if ($upstream['kind'] === $kind) {
                    return $upstream['figures'][$figure] === $value;
                }
            }

            return false;
        }, "$kind has $value $figure");
    }
}
