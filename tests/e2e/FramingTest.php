<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\ServerTestCase;
use RuntimeException;

/** An application that says something wrong about its own answer: the server owns the framing. */
final class FramingTest extends ServerTestCase
{
    public function test_a_body_shorter_than_announced_is_cut_off_and_never_ends_well(): void
    {
        $connection = self::server()->connect()->request('GET', '/framing/short');

        try {
            $answer = $connection->answer();
        } catch (RuntimeException $cut) {
            self::assertStringContainsString('ended early', $cut->getMessage());

            return;
        }
        self::assertSame(502, $answer->status);
    }

    public function test_what_follows_the_announced_length_is_dropped_and_the_connection_goes_on(): void
    {
        $connection = self::server()->connect()->request('GET', '/framing/long');

        self::assertSame(5, strlen($connection->answer()->body));
        self::assertSame('pong', $connection->request('GET', '/api/ping')->answer()->json()['message']);
    }

    public function test_headers_cannot_be_injected(): void
    {
        foreach (['injected', 'name'] as $kind) {
            $answer = $this->get("/framing/$kind");
            self::assertGreaterThanOrEqual(500, $answer->status, $kind);
            self::assertNull($answer->header('X-Smuggled'), $kind);
        }
    }

    public function test_the_application_does_not_decide_about_the_connection(): void
    {
        $connection = self::server()->connect()->request('GET', '/framing/hop');
        $answer = $connection->answer();

        self::assertSame(20, strlen($answer->body));
        self::assertNull($answer->header('Upgrade'));
        self::assertNull($answer->header('Keep-Alive'));
        self::assertNull($answer->header('Trailer'));
        self::assertSame('pong', $connection->request('GET', '/api/ping')->answer()->json()['message']);
    }

    public function test_no_file_is_sent_by_header_unless_its_folder_is_allowed(): void
    {
        foreach (['accel' => 'X-Accel-Redirect', 'sendfile' => 'X-Sendfile'] as $kind => $header) {
            $answer = $this->get("/framing/$kind");
            self::assertNull($answer->header($header));
            self::assertStringNotContainsString('APP_KEY', $answer->body);
            self::assertStringNotContainsString('root:', $answer->body);
        }
    }
}
