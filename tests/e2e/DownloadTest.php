<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** Files and large bodies on their way out. */
#[Group('main')]
final class DownloadTest extends ServerTestCase
{
    private const MIB = 1048576;

    protected static function settings(): array
    {
        return ['SENDFILE_ROOTS' => Server::application().'/storage/app/downloads'];
    }

    public function test_a_file_is_downloaded_with_its_name_and_length(): void
    {
        $answer = $this->get('/download');

        self::assertSame('attachment; filename=sample.bin', $answer->header('Content-Disposition'));
        self::assertSame((string) self::MIB, $answer->header('Content-Length'));
        self::assertSame(self::sample(), $answer->body);
    }

    public function test_a_file_that_the_application_names_is_sent_by_the_server(): void
    {
        foreach (['accel' => 'X-Accel-Redirect', 'sendfile' => 'X-Sendfile'] as $kind => $header) {
            $this->get('/download');
            $answer = $this->get("/framing/$kind");
            self::assertSame([200, self::sample(), null], [$answer->status, $answer->body, $answer->header($header)]);
            self::assertSame('text/plain; charset=UTF-8', $answer->header('Content-Type'));

            $part = $this->get("/framing/$kind", ['Range' => 'bytes=10-19']);
            self::assertSame([206, substr(self::sample(), 10, 10)], [$part->status, $part->body]);
            self::assertSame(304, $this->get("/framing/$kind", ['If-None-Match' => (string) $answer->header('ETag')])->status);
        }
    }

    public function test_a_range_of_a_file_is_sent_as_asked(): void
    {
        $cases = [
            'bytes=0-9' => [0, 10], 'bytes=100-' => [100, self::MIB - 100], 'bytes=-5' => [self::MIB - 5, 5], 'bytes=1048575-2000000' => [self::MIB - 1, 1],
        ];
        foreach ($cases as $range => [$from, $length]) {
            $answer = $this->get('/download', ['Range' => $range]);
            self::assertSame(206, $answer->status, $range);
            self::assertSame('bytes '.$from.'-'.($from + $length - 1).'/'.self::MIB, $answer->header('Content-Range'), $range);
            self::assertSame(substr(self::sample(), $from, $length), $answer->body, $range);
        }
    }

    public function test_a_range_beyond_the_end_is_refused(): void
    {
        $answer = $this->get('/download', ['Range' => 'bytes=2000000-2000001']);

        self::assertSame(416, $answer->status);
        self::assertSame('bytes */'.self::MIB, $answer->header('Content-Range'));
    }

    public function test_a_file_that_the_client_has_is_not_sent_again(): void
    {
        $modified = (string) $this->get('/download/inline')->header('Last-Modified');
        $answer = $this->get('/download/inline', ['If-Modified-Since' => $modified]);

        self::assertContains($answer->status, [200, 304]);
        self::assertSame($answer->status === 304 ? '' : self::sample(), $answer->body);
    }

    public function test_head_of_a_file_has_the_length_and_no_body(): void
    {
        $connection = self::server()->connect();
        $head = $connection->request('HEAD', '/download')->answer(bodiless: true);

        self::assertSame((string) self::MIB, $head->header('Content-Length'));
        self::assertSame('pong', $connection->request('GET', '/api/ping')->answer()->json()['message']);
    }

    public function test_a_file_made_for_one_answer_is_gone_afterwards(): void
    {
        $answer = $this->get('/download/delete');
        $path = Server::application().'/storage/'.$answer->header('X-File');

        self::assertSame(self::sample(), $answer->body);
        Processes::await(static fn (): bool => ! file_exists($path), "$path is removed");
    }

    public function test_a_streamed_download_is_whole_with_and_without_a_length(): void
    {
        $block = self::text(65536);
        foreach (['', '&length=1'] as $option) {
            $answer = $this->get("/download/stream?mb=8$option");
            self::assertSame(sha1(str_repeat($block, 128)), sha1($answer->body));
            self::assertSame($option === '' ? null : (string) (8 * self::MIB), $answer->header('Content-Length'));
        }
    }

    public function test_a_body_of_any_size_is_whole(): void
    {
        foreach ([0, 1, 63, 64, 65, 1023, 1024, 1025, 5000] as $kib) {
            $answer = $this->get("/payload/$kib");
            self::assertSame(200, $answer->status);
            self::assertSame(sha1(self::text($kib * 1024)), sha1($answer->body), "$kib KiB");
        }
    }

    public function test_a_large_download_moves_in_constant_memory_even_to_a_slow_client(): void
    {
        $this->get('/download/stream?mb=8');
        $before = Processes::peakMemory(self::server()->pid);
        $connection = self::server()->connect()->request('GET', '/download/stream?mb=256&length=1');
        $connection->head();

        // Half is read piece by piece; meanwhile the server must not have taken the rest into its memory.
        for ($read = 0; $read < 128; $read++) {
            $connection->exactly(self::MIB);
        }
        self::assertLessThan($before + 16, Processes::peakMemory(self::server()->pid), 'MiB at most, of the server');
        for (; $read < 256; $read++) {
            $connection->exactly(self::MIB);
        }
        self::assertSame('pong', $connection->request('GET', '/api/ping')->answer()->json()['message']);
    }

    private static function sample(): string
    {
        return self::text(self::MIB);
    }

    /** What the application calls a text: lines of 64 bytes that begin with their offset. */
    private static function text(int $bytes): string
    {
        $text = '';
        for ($offset = 0; $offset < $bytes; $offset += 64) {
            $text .= sprintf("%010d %s\n", $offset, 'The quick brown fox jumps over the lazy dog 12345678');
        }

        return substr($text, 0, $bytes);
    }
}
