<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\WorkerConnection;
use LogicException;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class AnswerTest extends TestCase
{
    private FakeServer $server;

    private Answer $answer;

    protected function setUp(): void
    {
        [$this->server, $stream] = FakeServer::pair();
        $this->answer = (new WorkerConnection($stream))->answer();
    }

    #[Test]
    public function a_small_answer_is_head_bytes_and_end(): void
    {
        $this->answer->head(201, [['X-A', "caf\xE9"], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']]);
        $this->answer->bytes('hello ');
        $this->answer->bytes('world');
        $this->answer->end();

        self::assertSame(
            ['t' => 'answer', 'status' => 201, 'headers' => [['X-A', "caf\xE9"], ['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']]],
            $this->server->receive(),
        );
        self::assertSame('hello ', $this->server->receive());
        self::assertSame('world', $this->server->receive());
        self::assertSame(['t' => 'end'], $this->server->receive());
        self::assertSame(11, $this->answer->sent());
    }

    #[Test]
    public function informational_heads_leave_at_once_and_come_before_the_head(): void
    {
        $this->answer->info(103, [['Link', '</a.css>; rel=preload']]);
        self::assertSame(['t' => 'info', 'status' => 103, 'headers' => [['Link', '</a.css>; rel=preload']]], $this->server->receive());

        $this->answer->head(200, []);
        $this->expectException(LogicException::class);
        $this->answer->info(103, []);
    }

    #[Test]
    public function there_is_one_head(): void
    {
        $this->answer->head(200, []);
        $this->expectException(LogicException::class);
        $this->answer->head(200, []);
    }

    #[Test]
    public function there_are_no_bytes_before_the_head(): void
    {
        $this->expectException(LogicException::class);
        $this->answer->bytes('too early');
    }

    #[Test]
    public function there_are_no_bytes_after_the_end(): void
    {
        $this->answer->head(200, []);
        $this->answer->end();
        self::assertTrue($this->answer->ended());
        $this->expectException(LogicException::class);
        $this->answer->bytes('too late');
    }

    #[Test]
    public function there_is_no_end_without_a_head(): void
    {
        $this->expectException(LogicException::class);
        $this->answer->end();
    }
}
