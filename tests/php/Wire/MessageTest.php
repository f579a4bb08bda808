<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use Closure;
use LaravelBridge\Exceptions\WireViolation;
use LaravelBridge\Tests\Support\GoldenFrames;
use LaravelBridge\Tests\Support\Streams;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\ControlChannel;
use LaravelBridge\Wire\FileSpan;
use LaravelBridge\Wire\Frame;
use LaravelBridge\Wire\FrameWriter;
use LaravelBridge\Wire\Isomorphic;
use LaravelBridge\Wire\Message;
use LaravelBridge\Wire\Request;
use LaravelBridge\Wire\WorkerConnection;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * The golden messages: what a worker or handler is sent it must understand, what it sends must be these bytes.
 */
final class MessageTest extends TestCase
{
    /**
     * @return iterable<string, array{array<string, mixed>}>
     */
    public static function golden(string ...$from): iterable
    {
        foreach (GoldenFrames::read('messages.json') as $case) {
            if (in_array($case['from'], $from, true)) {
                yield $case['name'] => [$case];
            }
        }
    }

    /**
     * @return iterable<string, array{array<string, mixed>}>
     */
    public static function fromTheServer(): iterable
    {
        return self::golden('server');
    }

    /**
     * @return iterable<string, array{array<string, mixed>}>
     */
    public static function fromUs(): iterable
    {
        foreach (self::golden('worker', 'handler') as $name => [$case]) {
            // A hello of another PHP version cannot be sent by this one.
            if (($case['canonical'] ?? false) && ! in_array($case['means']['t'], ['hello', 'listening'], true)) {
                yield $name => [$case];
            }
        }
    }

    /**
     * @return iterable<string, array{array<string, mixed>}>
     */
    public static function everything(): iterable
    {
        return self::golden('worker', 'server', 'handler', 'runtime');
    }

    /**
     * @param  array<string, mixed>  $case
     */
    #[Test]
    #[DataProvider('everything')]
    public function the_text_of_a_message_parses_or_does_not(array $case): void
    {
        $payload = GoldenFrames::bytes($case['payload']);
        try {
            $message = Message::decode($payload);
        } catch (WireViolation) {
            self::assertArrayHasKey('violation', $case);

            return;
        }
        self::assertIsString($message['t']);
    }

    /**
     * @param  array<string, mixed>  $case
     */
    #[Test]
    #[DataProvider('fromTheServer')]
    public function a_worker_understands_what_the_server_sends(array $case): void
    {
        $payload = GoldenFrames::bytes($case['payload']);
        try {
            $message = Message::decode($payload);
            if (Message::type($message) === 'request') {
                $this->compare($case['means'] ?? [], $this->take($payload, $message['body'] ?? 0));

                return;
            }
            if (in_array(Message::type($message), ['hello', 'refuse', 'ping', 'cancel'], true)) {
                self::assertSame($case['means']['t'] ?? null, Message::type($message));

                return;
            }
            $this->take($payload, 0);
            self::fail('That is no message for a worker.');
        } catch (WireViolation $e) {
            self::assertArrayHasKey('violation', $case, $e->getMessage());
        }
    }

    /**
     * @param  array<string, mixed>  $case
     */
    #[Test]
    #[DataProvider('fromUs')]
    public function a_worker_and_a_handler_send_exactly_the_golden_bytes(array $case): void
    {
        [$near, $far] = Streams::pair();
        $means = $case['means'];
        $this->say($near, $means);
        fclose($near);
        $sent = (string) stream_get_contents($far);

        self::assertSame(Frame::message(GoldenFrames::bytes($case['payload'])), $this->without($sent, $means['t']));
    }

    /**
     * @param  resource  $stream
     * @param  array<string, mixed>  $means
     */
    private function say(mixed $stream, array $means): void
    {
        $connection = new WorkerConnection($stream);
        $control = new ControlChannel($stream);
        $file = is_array($means['file'] ?? null)
            ? new FileSpan(Isomorphic::fromJson($means['file']['path']), $means['file']['offset'], $means['file']['length'], $means['file']['delete'])
            : null;
        $headers = Isomorphic::deepFromJson($means['headers'] ?? []);
        $answer = new Answer(new FrameWriter($stream));
        match ($means['t']) {
            'taken' => $connection->taken(),
            'stack' => $connection->stack($means['id'], $means['frames']),
            'outdated' => $this->flushed($stream, $connection, $means),
            'info' => $answer->info($means['status'], $headers),
            'answer' => $this->answer($answer, static fn () => $answer->head(
                $means['status'], $headers, isset($means['reason']) ? Isomorphic::fromJson($means['reason']) : null, $file,
            )),
            'end' => $this->answer($answer, static function () use ($answer, $means): void {
                $answer->head(200, []);
                $answer->end($means['memory'] ?? 0);
            }),
            'ready' => $connection->ready($means['memory'], $means['peak'], $means['requests'], $means['why'] ?? null, $means['findings'] ?? [], $means['patient'] ?? false),
            'pong' => fwrite($stream, Frame::message(Message::encode('pong', ['memory' => $means['memory'], 'requests' => $means['requests']]))),
            'booting' => $control->booting($means['step']),
            'failed' => fwrite($stream, Frame::message(Message::encode('failed', array_diff_key($means, ['t' => 0])))),
            'forked' => $control->forked($means['pid'], $means['role'] ?? null),
            'exited' => $control->exited($means['pid'], $means['code'], $means['signal'], $means['user'], $means['system'], $means['peak']),
            default => self::fail("Nobody says \"{$means['t']}\"."),
        };
    }

    /**
     * @param  resource  $stream
     * @param  array<string, mixed>  $means
     */
    private function flushed(mixed $stream, WorkerConnection $connection, array $means): void
    {
        $connection->outdated($means['why'], $means['hold'] ?? false);
        // It travels with what comes next.
        $connection->answer()->flush();
    }

    private function answer(Answer $answer, Closure $give): void
    {
        $give();
        $answer->flush();
    }

    private function without(string $sent, string $type): string
    {
        return $type === 'end' ? substr($sent, strlen(Frame::message('{"t":"answer","status":200,"headers":[]}'))) : $sent;
    }

    private function take(string $payload, mixed $body): ?Request
    {
        [$near, $far] = Streams::pair();
        fwrite($far, Frame::message($payload));
        if (is_int($body) && $body > 0) {
            fwrite($far, Frame::bytes(str_repeat('x', $body)));
        }
        fclose($far);

        return (new WorkerConnection($near))->nextRequest(static fn (): string => '');
    }

    /**
     * @param  array<string, mixed>  $means
     */
    private function compare(array $means, ?Request $request): void
    {
        self::assertNotNull($request);
        $means = Isomorphic::deepFromJson($means);
        self::assertSame($means['id'], $request->id);
        self::assertSame($means['method'], $request->method);
        self::assertSame($means['target'], $request->target);
        self::assertSame($means['version'], $request->version);
        self::assertSame($means['scheme'], $request->scheme);
        self::assertSame($means['host'], $request->host);
        self::assertSame($means['client'], [$request->clientAddress, $request->clientPort]);
        self::assertSame($means['server'], [$request->serverAddress, $request->serverPort]);
        self::assertSame((float) $means['time'], $request->time);
        self::assertSame($means['headers'], $request->headers);
        self::assertSame($means['length'], $request->length);
        self::assertSame($means['spool'] ?? null, $request->spool);
        self::assertSame($means['isolate'] ?? null, $request->isolate);
        if (isset($means['form'])) {
            self::assertNotNull($request->form);
            self::assertSame(
                array_map(static fn (array $field): array => [$field[0], str_repeat('x', $field[1])], $means['form']['fields']),
                $request->form->fields,
            );
            self::assertSame($means['form']['files'], array_map(static fn (object $file): array => (array) $file, $request->form->files));
        } else {
            self::assertSame($means['body'], strlen($request->body));
        }
    }
}
