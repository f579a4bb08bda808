<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\ServerTestCase;

/** Clients that send ahead. */
final class PipelineTest extends ServerTestCase
{
    public function test_a_client_that_always_sends_ahead_does_not_make_the_server_grow(): void
    {
        $connection = self::server()->connect();
        $batch = str_repeat("GET /api/ping HTTP/1.1\r\nHost: localhost\r\nX-Filler: ".str_repeat('a', 4000)."\r\n\r\n", 20);
        $exchange = static function (int $batches) use ($connection, $batch): void {
            $connection->send($batch);
            for ($number = 0; $number < $batches; $number++) {
                // Always one batch ahead: the server never sees the end of what was sent.
                $connection->send($batch);
                for ($answer = 0; $answer < 20; $answer++) {
                    self::assertSame(200, $connection->answer()->status);
                }
            }
            for ($answer = 0; $answer < 20; $answer++) {
                $connection->answer();
            }
        };

        $exchange(5);
        $before = $this->kibibytes();
        $exchange(250);

        self::assertLessThan(8192, $this->kibibytes() - $before, '20 MB of requests went through');
    }

    private function kibibytes(): int
    {
        $status = (string) file_get_contents('/proc/'.self::server()->pid.'/status');
        $found = preg_match('/VmHWM:\s+(\d+)/', $status, $match);

        return $found === 1 ? (int) $match[1] : self::fail('The process is gone');
    }
}
