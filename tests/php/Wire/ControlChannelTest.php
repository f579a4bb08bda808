<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Wire\ControlChannel;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use RuntimeException;

final class ControlChannelTest extends TestCase
{
    #[Test]
    public function it_tells_how_the_start_goes(): void
    {
        [$runtime, $stream] = FakeServer::pair();
        $control = new ControlChannel($stream);

        $control->booting('warm');
        $control->listening('/tmp/x.sock.3', 0, '12.0.1', 131, ['a note']);
        $control->forked(12);
        $control->exited(12, 0, 9, 0.5, 0.0, 4096);

        self::assertSame(['t' => 'booting', 'step' => 'warm'], $runtime->receive());
        self::assertSame([
            't' => 'listening', 'path' => '/tmp/x.sock.3', 'pid' => getmypid(), 'capacity' => 0, 'php' => PHP_VERSION,
            'laravel' => '12.0.1', 'ms' => 131, 'notes' => ['a note'],
        ], $runtime->receive());
        self::assertSame(['t' => 'forked', 'pid' => 12], $runtime->receive());
        self::assertSame(
            ['t' => 'exited', 'pid' => 12, 'code' => 0, 'signal' => 9, 'user' => 0.5, 'system' => 0.0, 'peak' => 4096],
            $runtime->receive(),
        );
    }

    #[Test]
    public function it_tells_why_a_boot_failed_even_in_broken_utf8(): void
    {
        [$runtime, $stream] = FakeServer::pair();
        $e = new RuntimeException("broken \xFF text");
        (new ControlChannel($stream))->failed('bootstrap', $e);

        $failed = $runtime->receive();
        self::assertIsArray($failed);
        self::assertSame('bootstrap', $failed['step']);
        self::assertSame(RuntimeException::class, $failed['class']);
        self::assertSame("broken \u{FFFD} text", $failed['message']);
        self::assertSame(__FILE__, $failed['file']);
        self::assertSame($e->getLine(), $failed['line']);
        self::assertSame($e->getTraceAsString(), $failed['trace']);
    }

    #[Test]
    public function it_hears_commands_until_the_runtime_ends(): void
    {
        [$runtime, $stream] = FakeServer::pair();
        $control = new ControlChannel($stream);
        self::assertFalse($control->hasMore());

        $runtime->send('drain');
        $runtime->send('kill', ['pid' => 5, 'signal' => 9]);
        self::assertSame(['t' => 'drain'], $control->next());
        self::assertTrue($control->hasMore());
        self::assertSame(['t' => 'kill', 'pid' => 5, 'signal' => 9], $control->next());
        $runtime->close();
        self::assertNull($control->next());
    }

    #[Test]
    public function it_survives_a_runtime_that_is_gone(): void
    {
        [$runtime, $stream] = FakeServer::pair();
        $control = new ControlChannel($stream);
        $runtime->close();

        $control->booting('warm');
        $control->forked(1);
        self::assertNull($control->next());
    }

    #[Test]
    public function without_a_runtime_nothing_is_said(): void
    {
        $control = new ControlChannel(null);
        $control->booting('warm');

        self::assertNull($control->stream());
        self::assertNull($control->next());
        self::assertFalse($control->hasMore());
    }
}
