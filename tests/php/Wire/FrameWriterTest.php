<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use LaravelBridge\Exceptions\ConnectionLost;
use LaravelBridge\Tests\Support\Streams;
use LaravelBridge\Wire\Frame;
use LaravelBridge\Wire\FrameReader;
use LaravelBridge\Wire\FrameWriter;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class FrameWriterTest extends TestCase
{
    #[Test]
    public function it_sends_nothing_before_it_is_flushed(): void
    {
        [$near, $far] = Streams::pair();
        stream_set_blocking($far, false);
        $writer = new FrameWriter($near);

        $writer->message('{"t":"answer"}');
        $writer->bytes('hello');
        self::assertSame('', (string) fread($far, 100));
        $writer->flush();
        self::assertSame("\0\0\0\x0E{\"t\":\"answer\"}\0\0\0\x06\0hello", fread($far, 100));
    }

    #[Test]
    public function it_sends_no_frame_for_no_bytes(): void
    {
        [$near, $far] = Streams::pair();
        stream_set_blocking($far, false);
        $writer = new FrameWriter($near);

        $writer->bytes('');
        $writer->flush();
        self::assertSame('', (string) fread($far, 100));
    }

    #[Test]
    public function what_a_signal_handler_says_comes_between_two_frames(): void
    {
        [$near, $far] = Streams::pair();
        $body = random_bytes(3 * Frame::MAX_BYTES);
        $writer = new FrameWriter($near);
        $said = 0;
        pcntl_async_signals(true);
        pcntl_signal(SIGUSR1, static function () use ($writer, &$said): void {
            $said++;
            $writer->interject('{"t":"stack"}');
        }, false);
        $parent = (int) getmypid();
        $kept = (string) tempnam(sys_get_temp_dir(), 'frames');
        $pid = pcntl_fork();
        if ($pid === 0) {
            fclose($near);
            // The writer waits for us now and then, in the middle of a frame.
            for ($all = ''; ($part = (string) fread($far, 100_000)) !== '';) {
                $all .= $part;
                posix_kill($parent, SIGUSR1);
            }
            file_put_contents($kept, $all);
            posix_kill((int) getmypid(), SIGKILL);
        }
        fclose($far);
        $writer->bytes($body);
        $writer->message('{"t":"end"}');
        $writer->flush();
        pcntl_signal(SIGUSR1, SIG_IGN);
        fclose($near);
        pcntl_waitpid($pid, $status);
        pcntl_signal(SIGUSR1, SIG_DFL);

        $reader = new FrameReader(Streams::holding((string) file_get_contents($kept)));
        unlink($kept);
        $payloads = ['{"t":"stack"}' => 0, '{"t":"end"}' => 0];
        $received = '';
        while (($payload = $reader->next()) !== null) {
            if ($payload[0] === Frame::BYTES) {
                $received .= substr($payload, 1);
            } else {
                $payloads[$payload]++;
            }
        }
        self::assertTrue($received === $body);
        self::assertSame(1, $payloads['{"t":"end"}']);
        self::assertGreaterThan(0, $said);
        self::assertGreaterThan(0, $payloads['{"t":"stack"}']);
    }

    #[Test]
    public function it_cuts_a_large_body_into_frames_of_the_largest_size(): void
    {
        [$near, $far] = Streams::pair();
        $body = random_bytes(2 * Frame::MAX_BYTES + 17);
        $pid = pcntl_fork();
        if ($pid === 0) {
            fclose($far);
            $writer = new FrameWriter($near);
            $writer->message('{"t":"x"}');
            $writer->bytes($body);
            $writer->flush();
            posix_kill((int) getmypid(), SIGKILL);
        }
        fclose($near);
        $all = (string) stream_get_contents($far);
        pcntl_waitpid($pid, $status);

        $whole = substr($body, 0, Frame::MAX_BYTES);
        $expected = Frame::message('{"t":"x"}').Frame::bytes($whole).Frame::bytes(substr($body, Frame::MAX_BYTES, Frame::MAX_BYTES))
            .Frame::bytes(substr($body, 2 * Frame::MAX_BYTES));
        self::assertSame(md5($expected), md5($all));
    }

    #[Test]
    public function it_says_again_and_again_that_the_connection_is_lost(): void
    {
        [$near, $far] = Streams::pair();
        fclose($far);
        $writer = new FrameWriter($near);

        for ($i = 0; $i < 2; $i++) {
            try {
                $writer->message('{"t":"x"}');
                $writer->flush();
                self::fail('Nobody is there to read.');
            } catch (ConnectionLost $e) {
                self::assertSame('The server closed the connection.', $e->getMessage());
            }
        }
    }
}
