<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use LaravelBridge\Exceptions\ConnectionLost;
use LaravelBridge\Tests\Support\Streams;
use LaravelBridge\Wire\Frame;
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
