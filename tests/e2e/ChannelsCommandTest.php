<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\Group;
use PHPUnit\Framework\TestCase;

/** The command `channels`, without any application, and clients that leave at the worst moment. */
#[Group('main')]
final class ChannelsCommandTest extends TestCase
{
    private Server $server;

    protected function tearDown(): void
    {
        if (isset($this->server)) {
            self::assertSame(0, $this->server->stop(), $this->server->lastWords());
            Folders::remove($this->server->folder);
        }
    }

    /** @param  list<string>  $arguments */
    private function start(array $arguments = []): void
    {
        $folder = Server::folder();
        $this->server = Server::launch(
            ['HTTP_PORT' => '0', 'ADMIN_SOCKET' => "$folder/bridge.sock.admin", 'LOG_DIR' => ''],
            $folder,
            ['channels', ...$arguments],
        )->awaitListening();
    }

    private function producer(string $body, int $length): Connection
    {
        return $this->server->connect()->send("POST /channels/s/c HTTP/1.1\r\nHost: x\r\nContent-Length: $length\r\n\r\n$body");
    }

    private function consumer(): Connection
    {
        return $this->server->connect()->request('GET', '/channels/s/c');
    }

    private function awaitState(string $json): void
    {
        Processes::await(fn (): bool => $this->server->get('/state')->body === $json, "the state is $json");
    }

    public function test_it_needs_no_application_and_names_what_waits(): void
    {
        $this->start();
        $producer = $this->producer('hello', 5);
        $this->awaitState('{"s":["c"]}');
        $consumer = $this->consumer();
        self::assertSame('chunked', $consumer->head()->header('Transfer-Encoding'));
        self::assertSame('hello', $consumer->chunk());
        self::assertNull($consumer->chunk());
        self::assertSame([200, '0'], [($head = $producer->head())->status, $head->header('Content-Length')]);
        $this->awaitState('{}');
    }

    public function test_a_wait_ends_with_408(): void
    {
        $this->start(['-r', '0.2']);
        $producer = $this->producer('x', 1);
        $other = $this->server->connect()->request('GET', '/channels/s/other');
        self::assertSame([408, 408], [$producer->head()->status, $other->head()->status]);
        $this->awaitState('{}');
    }

    public function test_a_sender_that_dies_in_its_body_cuts_the_answer(): void
    {
        $this->start();
        $producer = $this->producer('half', 8);
        $consumer = $this->consumer();
        self::assertSame(200, $consumer->head()->status);
        self::assertSame('half', $consumer->chunk());
        $producer->close();
        self::assertTrue($consumer->ends(), 'without the last chunk');
    }

    public function test_a_reader_that_dies_in_the_body_is_told_to_the_sender(): void
    {
        $this->start();
        $producer = $this->producer('half', 1 << 30);
        $consumer = $this->consumer();
        self::assertSame(200, $consumer->head()->status);
        self::assertSame('half', $consumer->chunk());
        $consumer->close();
        // The end of its side alone could be a half-close; that nobody reads shows when more is sent.
        for ($sent = 0; $sent < 1 << 12 && ! $producer->readable(0); $sent++) {
            $producer->send(str_repeat('x', 1 << 14));
        }
        self::assertSame(502, $producer->head()->status);
    }

    public function test_who_leaves_while_it_waits_takes_no_message_along(): void
    {
        $this->start();
        $gone = $this->consumer();
        $this->awaitState('{"s":["c"]}');
        $gone->close();
        $this->awaitState('{}');
        $lost = $this->producer('lost', 4);
        $this->awaitState('{"s":["c"]}');
        $lost->close();
        $this->awaitState('{}');
        $producer = $this->producer('kept', 4);
        $consumer = $this->consumer();
        self::assertSame([200, 'kept', 200], [$consumer->head()->status, $consumer->chunk(), $producer->head()->status]);
    }

    public function test_it_answers_who_waits_when_it_stops(): void
    {
        $this->start();
        $producer = $this->producer('x', 1);
        $this->awaitState('{"s":["c"]}');
        $this->server->signal(SIGTERM);
        self::assertSame(503, $producer->head()->status);
        self::assertSame(0, $this->server->exitCode());
    }

    public function test_a_wrong_value_is_wrong_use(): void
    {
        foreach ([['-p', 'x'], ['-r', '-1'], ['--nonsense']] as $arguments) {
            $run = Program::run([Server::binary(), 'channels', ...$arguments], ['PATH' => (string) getenv('PATH')]);
            self::assertSame(2, $run->code, $run->errors);
        }
        $help = Program::run([Server::binary(), 'channels', '--help'], []);
        self::assertSame(0, $help->code);
        self::assertStringContainsString('-r,--request-timeout SECONDS', $help->output);
    }
}
