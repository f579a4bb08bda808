<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\DataProvider;

/** The protocol itself, as far as it can only be seen with the whole program. */
final class HttpTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['MAX_BODY_SIZE' => '1048576'];
    }

    public function test_a_connection_is_kept_for_many_requests(): void
    {
        $connection = self::server()->connect();

        for ($number = 0; $number < 50; $number++) {
            self::assertSame('pong', $connection->request('GET', '/api/ping')->answer()->json()['message']);
        }
    }

    public function test_pipelined_requests_are_answered_in_order_whichever_is_slower(): void
    {
        $connection = self::server()->connect();
        foreach ([200, 0, 50, 0] as $ms) {
            $connection->request('GET', "/slow/$ms");
        }

        $order = array_map(static fn (): int => $connection->answer()->json()['slept_ms'], range(1, 4));

        self::assertSame([200, 0, 50, 0], $order);
    }

    public function test_a_client_that_asks_to_close_is_closed(): void
    {
        $connection = self::server()->connect()->request('GET', '/api/ping', ['Connection' => 'close']);

        self::assertSame('close', strtolower((string) $connection->answer()->header('Connection')));
        self::assertTrue($connection->ends());
    }

    public function test_http_1_0_is_closed_unless_it_asks_to_be_kept(): void
    {
        $plain = self::server()->connect()->send("GET /api/ping HTTP/1.0\r\n\r\n");
        self::assertSame('pong', $plain->answer()->json()['message']);
        self::assertTrue($plain->ends());

        $kept = self::server()->connect()->send("GET /api/ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        self::assertTrue($kept->answer()->keepsAlive());
        self::assertSame('pong', $kept->send("GET /api/ping HTTP/1.0\r\n\r\n")->answer()->json()['message']);
    }

    public function test_a_client_that_expects_100_continue_is_told_to_go_on(): void
    {
        $connection = self::server()->connect()
            ->send("POST /api/inspect HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");

        self::assertSame(100, $connection->head()->status);
        self::assertSame(5, $connection->send('hello')->answer()->json()['content']['length']);
    }

    public function test_head_has_the_head_of_get_and_no_body(): void
    {
        $connection = self::server()->connect();
        $get = $connection->request('GET', '/api/ping')->answer();
        $head = $connection->request('HEAD', '/api/ping')->answer(bodiless: true);

        self::assertSame([200, $get->header('Content-Type')], [$head->status, $head->header('Content-Type')]);
        // PHP does not tell the length of a body that it has thrown away.
        self::assertContains($head->header('Content-Length'), [null, $get->header('Content-Length')]);
        self::assertSame(200, $connection->request('GET', '/api/ping')->answer()->status);
    }

    public function test_options_of_the_server_itself_is_answered(): void
    {
        $answer = self::server()->request('OPTIONS', '*');

        self::assertContains($answer->status, [200, 204]);
    }

    public function test_an_absolute_target_is_understood(): void
    {
        $seen = $this->get('http://shop.example:81/api/headers?a=1')->json();

        self::assertSame(['shop.example', 81, '/api/headers?a=1'], [$seen['host'], $seen['port'], $seen['request_uri']]);
    }

    /** @return array<string, array{string, int}> */
    public static function refused(): array
    {
        $rest = "Host: localhost\r\n\r\n";

        return [
            'no host' => ["GET / HTTP/1.1\r\n\r\n", 400],
            'two hosts' => ["GET / HTTP/1.1\r\nHost: a\r\n$rest", 400],
            'no version' => ["GET /\r\n$rest", 400],
            'version 3' => ["GET / HTTP/3.0\r\n$rest", 505],
            'a folded header' => ["GET / HTTP/1.1\r\nX-A: b\r\n c\r\n$rest", 400],
            'a space before the colon' => ["GET / HTTP/1.1\r\nX-A : b\r\n$rest", 400],
            'length and chunks' => ["POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n$rest", 400],
            'two lengths' => ["POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n$rest", 400],
            'a negative length' => ["POST / HTTP/1.1\r\nContent-Length: -3\r\n$rest", 400],
            'an encoding that is not known' => ["POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n$rest", 501],
            'CONNECT' => ["CONNECT a:1 HTTP/1.1\r\n$rest", 405],
            'TRACE' => ["TRACE / HTTP/1.1\r\n$rest", 405],
            'a control character' => ["GET /\x01 HTTP/1.1\r\n$rest", 400],
            'a very long target' => ['GET /'.str_repeat('a', 200000)." HTTP/1.1\r\n$rest", 414],
            'very long headers' => ["GET / HTTP/1.1\r\nX-A: ".str_repeat('a', 400000)."\r\n$rest", 431],
            'a body over the limit' => ["POST /api/inspect HTTP/1.1\r\nContent-Length: 1048577\r\n$rest", 413],
            'a chunk size that is none' => ["POST /api/inspect HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{$rest}xyz\r\n", 400],
        ];
    }

    #[DataProvider('refused')]
    public function test_a_bad_request_gets_a_short_answer_and_the_connection_is_closed(string $bytes, int $status): void
    {
        $connection = self::server()->connect();
        try {
            $connection->send($bytes);
        } catch (\RuntimeException) {
            // The answer may come before the last byte is sent.
        }

        $answer = $connection->answer();
        self::assertSame($status, $answer->status);
        self::assertFalse($answer->keepsAlive());
        self::assertLessThan(4096, strlen($answer->body));
        self::assertTrue($connection->ends());
    }

    public function test_chunks_over_the_limit_are_refused_while_they_come(): void
    {
        $connection = self::server()->connect()->send("POST /api/inspect HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        try {
            for ($sent = 0; $sent < 32; $sent++) {
                $connection->send("10000\r\n".str_repeat('x', 65536)."\r\n");
            }
        } catch (\RuntimeException) {
        }

        self::assertSame(413, $connection->answer()->status);
    }

    public function test_many_clients_at_once_are_all_answered(): void
    {
        $connections = array_map(static fn (): object => self::server()->connect(), range(1, 200));
        foreach ($connections as $number => $connection) {
            $connection->request('GET', "/api/headers?n=$number");
        }
        foreach ($connections as $number => $connection) {
            self::assertSame((string) $number, $connection->answer()->json()['query']['n']);
        }
    }

    public function test_curl_agrees(): void
    {
        $file = self::server()->folder.'/curl.bin';
        file_put_contents($file, $bytes = random_bytes(800000));

        exec('curl -sS -m 20 --data-binary @'.escapeshellarg($file).' -H "Content-Type: application/octet-stream" -H "Expect: 100-continue" '
            .escapeshellarg(self::server()->url('/api/inspect')), $output, $code);

        self::assertSame(0, $code);
        self::assertSame(sha1($bytes), json_decode($output[0], true)['content']['sha1']);
    }
}
