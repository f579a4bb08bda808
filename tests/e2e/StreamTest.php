<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;

/** Answers that arrive while they are made. */
#[Group('main')]
final class StreamTest extends ServerTestCase
{
    /** @return array<string, array{string, string}> */
    public static function streams(): array
    {
        return [
            'echo' => ['/stream/echo', "chunk 1\n"],
            'generator' => ['/stream/generator', "piece 1\n"],
            'events' => ['/sse', '"number":1'],
            'events by hand' => ['/sse/raw', '"number":1'],
        ];
    }

    public function test_until_the_first_bytes_leave_a_stream_may_change_its_head_and_fail(): void
    {
        $answer = $this->get('/php/buffers/stream-header');
        self::assertSame([200, 'yes', "streamed\n"], [$answer->status, $answer->header('X-In-Stream'), $answer->body]);

        $answer = $this->get('/php/ending/exception-in-stream');
        self::assertSame(500, $answer->status);
        self::assertStringStartsWith('text/html', (string) $answer->header('Content-Type'));
    }

    #[DataProvider('streams')]
    public function test_the_first_piece_arrives_long_before_the_last_is_made(string $target, string $first): void
    {
        $start = microtime(true);
        $connection = self::server()->connect()->request('GET', "$target?count=3&interval_ms=500");
        self::assertSame(200, $connection->head()->status);
        $seen = '';
        while (! str_contains($seen, $first)) {
            $seen .= $connection->chunk() ?? self::fail("The stream ended without its first piece: $seen");
        }
        $firstAt = microtime(true) - $start;
        while (($piece = $connection->chunk()) !== null) {
            $seen .= $piece;
        }

        self::assertLessThan(0.45, $firstAt);
        self::assertGreaterThan(1.0, microtime(true) - $start);
        self::assertStringContainsString(str_replace('1', '3', $first), $seen);
    }

    public function test_events_have_their_type_and_are_not_cached(): void
    {
        foreach (['/sse', '/sse/raw'] as $target) {
            $answer = $this->get("$target?count=2&interval_ms=0");
            self::assertStringStartsWith('text/event-stream', (string) $answer->header('Content-Type'));
            self::assertStringContainsString('no-cache', (string) $answer->header('Cache-Control'));
        }
        self::assertSame("id: 1\nevent: tick\ndata: {\"number\":1}\n\nid: 2\nevent: tick\ndata: {\"number\":2}\n\n", $answer->body);
    }

    public function test_a_json_stream_is_one_document(): void
    {
        self::assertCount(1000, $this->get('/stream/json?count=1000')->json()['items']);
    }

    public function test_a_stream_that_breaks_is_seen_to_be_incomplete(): void
    {
        $connection = self::server()->connect()->request('GET', '/stream/broken');
        $status = $connection->head()->status;
        self::assertContains($status, [200, 502]);
        if ($status === 502) {
            // The worker has ended before its first bytes have left.
            return;
        }

        $this->expectExceptionMessage('The connection ended early');
        while ($connection->chunk() !== null) {
        }
    }

    public function test_http_1_0_gets_a_stream_without_chunks_that_ends_with_the_connection(): void
    {
        $answer = self::server()->connect()->send("GET /stream/echo?count=3 HTTP/1.0\r\nHost: localhost\r\n\r\n")->answer();

        self::assertNull($answer->header('Transfer-Encoding'));
        self::assertSame("chunk 1\nchunk 2\nchunk 3\n", $answer->body);
    }

    public function test_a_stream_ends_when_its_client_leaves(): void
    {
        $connection = self::server()->connect()->request('GET', '/stream/echo?count=1000000&interval_ms=20');
        $connection->head();
        $connection->chunk();
        $worker = self::server()->busyWorker();

        $connection->close();

        Processes::await(static fn (): bool => ! Processes::alive($worker) || ! self::keepsSleeping($worker), 'the stream is ended');
        self::assertTrue(self::server()->answers());
    }

    /** Whether it is found asleep in the application again and again for half a second. */
    private static function keepsSleeping(int $worker): bool
    {
        for ($look = 0; $look < 50; $look++) {
            if (Processes::sleepsInTheApplication($worker)) {
                return true;
            }
            usleep(10000);
        }

        return false;
    }
}
