<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use LaravelBridge\Exceptions\WireViolation;
use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Wire\Frame;
use LaravelBridge\Wire\Hello;
use LaravelBridge\Wire\WorkerConnection;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class WorkerConnectionTest extends TestCase
{
    private FakeServer $server;

    private WorkerConnection $connection;

    protected function setUp(): void
    {
        [$this->server, $stream] = FakeServer::pair();
        $this->connection = new WorkerConnection($stream);
    }

    #[Test]
    public function it_greets_and_is_taken(): void
    {
        $this->server->send('hello', ['v' => 1]);

        self::assertNull($this->connection->open($this->hello()));
        self::assertSame([
            't' => 'hello', 'v' => 1, 'pid' => 4711, 'php' => PHP_VERSION, 'laravel' => '12.0.1', 'generation' => 3,
            'supervised' => true, 'path' => '/srv/app', 'capacity' => 0,
        ], $this->server->receive());
    }

    #[Test]
    public function it_hears_why_it_is_refused(): void
    {
        $this->server->send('refuse', ['reason' => 'another application']);

        self::assertSame('another application', $this->connection->open($this->hello()));
    }

    #[Test]
    public function it_does_not_work_for_a_server_of_another_version(): void
    {
        $this->server->send('hello', ['v' => 2]);

        self::assertNotNull($this->connection->open($this->hello()));
    }

    #[Test]
    public function it_puts_a_body_in_frames_together(): void
    {
        $this->server->request('POST', '/', ['body' => 10, 'length' => 10]);
        foreach (['hello', '', 'world'] as $part) {
            $this->raw(Frame::bytes($part));
        }

        self::assertSame('helloworld', $this->next()?->body);
    }

    #[Test]
    public function it_refuses_more_body_than_announced(): void
    {
        $this->server->request('POST', '/', ['body' => 3], 'hello');

        $this->expectException(WireViolation::class);
        $this->next();
    }

    #[Test]
    public function it_refuses_a_message_in_the_middle_of_a_body(): void
    {
        $this->server->request('POST', '/', ['body' => 3]);
        $this->server->send('ping');

        $this->expectException(WireViolation::class);
        $this->next();
    }

    #[Test]
    public function it_refuses_bytes_that_belong_to_nothing(): void
    {
        $this->raw(Frame::bytes('hello'));

        $this->expectException(WireViolation::class);
        $this->next();
    }

    #[Test]
    public function it_answers_a_ping_while_it_waits(): void
    {
        $this->server->send('ping');
        $this->server->request('GET', '/after');

        self::assertSame('/after', $this->next()?->target);
        self::assertSame(['t' => 'pong', 'memory' => 1], $this->server->receive());
    }

    #[Test]
    public function it_sees_that_the_server_is_gone(): void
    {
        $this->server->close();

        self::assertNull($this->next());
    }

    #[Test]
    public function it_ignores_a_cancel_that_comes_too_late(): void
    {
        $this->server->send('cancel');
        $this->server->request('GET', '/next');

        self::assertSame('/next', $this->next()?->target);
        self::assertFalse($this->connection->cancelled());
    }

    #[Test]
    public function it_notices_a_cancel_while_a_request_runs_and_forgets_it_with_the_request(): void
    {
        $this->server->request('GET', '/one');
        $this->next();
        self::assertFalse($this->connection->cancelled());

        $this->server->send('cancel');
        self::assertTrue($this->connection->cancelled());
        self::assertTrue($this->connection->cancelled());

        $this->server->request('GET', '/two');
        $this->next();
        self::assertFalse($this->connection->cancelled());
    }

    #[Test]
    public function it_notices_a_cancel_between_the_frames_of_a_body(): void
    {
        $this->server->request('POST', '/', ['body' => 10, 'length' => 10]);
        $this->raw(Frame::bytes('hello'));
        $this->server->send('cancel');
        $this->raw(Frame::bytes('world'));

        self::assertSame('helloworld', $this->next()?->body);
        self::assertTrue($this->connection->cancelled());
    }

    #[Test]
    public function a_connection_that_ends_counts_as_cancelled(): void
    {
        $this->server->request('GET', '/');
        $this->next();
        $this->server->close();

        self::assertTrue($this->connection->cancelled());
    }

    private function next(): ?\LaravelBridge\Wire\Request
    {
        return $this->connection->nextRequest(static fn (): string => '{"t":"pong","memory":1}');
    }

    private function raw(string $bytes): void
    {
        $this->server->raw($bytes);
    }

    private function hello(): Hello
    {
        return new Hello(4711, '12.0.1', 3, true, '/srv/app', 0);
    }
}
