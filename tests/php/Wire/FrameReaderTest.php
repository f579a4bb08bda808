<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use LaravelBridge\Exceptions\WireViolation;
use LaravelBridge\Tests\Support\GoldenFrames;
use LaravelBridge\Tests\Support\Streams;
use LaravelBridge\Wire\Frame;
use LaravelBridge\Wire\FrameReader;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class FrameReaderTest extends TestCase
{
    /**
     * @return iterable<string, array{array<string, mixed>, int}>
     */
    public static function goldenFrames(): iterable
    {
        foreach (GoldenFrames::read('frames.json') as $case) {
            yield "{$case['name']}, whole" => [$case, 65_536];
            if (strlen(GoldenFrames::bytes($case['stream'])) < 2000) {
                yield "{$case['name']}, byte by byte" => [$case, 1];
                yield "{$case['name']}, in threes" => [$case, 3];
            }
        }
    }

    /**
     * @param  array<string, mixed>  $case
     */
    #[Test]
    #[DataProvider('goldenFrames')]
    public function it_reads_the_golden_frames(array $case, int $step): void
    {
        $stream = Streams::holding(GoldenFrames::bytes($case['stream']), $step);
        $reader = new FrameReader($stream);
        $frames = [];
        $violation = null;
        try {
            while (($payload = $reader->next()) !== null) {
                $bytes = $payload[0] === Frame::BYTES;
                $last = count($frames) - 1;
                if ($bytes && isset($frames[$last]['bytes'])) {
                    $frames[$last]['bytes'] .= substr($payload, 1);
                } elseif ($bytes) {
                    $frames[] = ['bytes' => substr($payload, 1)];
                } else {
                    $frames[] = ['message' => $payload];
                }
            }
        } catch (WireViolation $e) {
            $violation = $e->getMessage();
        }
        fclose($stream);
        pcntl_waitpid(-1, $status);

        // Runs of bytes are told apart by nobody: empty ones may vanish.
        $frames = array_values(array_filter($frames, static fn (array $frame): bool => ($frame['bytes'] ?? 'message') !== ''));
        $expected = [];
        foreach ($case['frames'] as $frame) {
            $expected[] = array_map(GoldenFrames::bytes(...), $frame);
        }
        $expected = array_values(array_filter($expected, static fn (array $frame): bool => ($frame['bytes'] ?? 'message') !== ''));
        self::assertSame($expected, $frames);
        match ($case['then']) {
            'boundary' => self::assertNull($violation),
            'inside' => self::assertSame(WireViolation::truncated()->getMessage(), $violation),
            default => self::assertNotNull($violation),
        };
    }

    #[Test]
    public function it_says_whether_something_has_arrived_without_waiting(): void
    {
        [$near, $far] = Streams::pair();
        $reader = new FrameReader($near);

        self::assertFalse($reader->ready());
        fwrite($far, Frame::message('{"t":"ping"}').Frame::message('{"t":"cancel"}'));
        self::assertTrue($reader->ready());
        self::assertSame('{"t":"ping"}', $reader->next());
        self::assertTrue($reader->ready(), 'The second frame waits in the buffer.');
        self::assertSame('{"t":"cancel"}', $reader->next());
        self::assertFalse($reader->ready());
        fclose($far);
        self::assertTrue($reader->ready());
        self::assertNull($reader->next());
    }

    #[Test]
    public function it_takes_no_memory_for_a_length_that_is_only_announced(): void
    {
        [$near, $far] = Streams::pair();
        fwrite($far, pack('N', Frame::MAX_BYTES + 1).Frame::BYTES.'a');
        fclose($far);
        $reader = new FrameReader($near);
        $before = memory_get_usage();

        try {
            $reader->next();
            self::fail('The frame is not whole.');
        } catch (WireViolation) {
            self::assertLessThan(200_000, memory_get_usage() - $before);
        }
    }
}
