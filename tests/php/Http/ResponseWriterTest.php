<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Http;

use Closure;
use Illuminate\Http\Response as LaravelResponse;
use LaravelBridge\Http\ResponseWriter;
use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Testing\RecordedAnswer;
use LaravelBridge\Wire\WorkerConnection;
use LaravelBridge\Worker\Native;
use LaravelBridge\Worker\Output;
use LaravelBridge\Worker\PhpHeaders;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use SplTempFileObject;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\Cookie;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpFoundation\StreamedJsonResponse;
use Symfony\Component\HttpFoundation\StreamedResponse;

/**
 * Responses of every kind, through the writer and over a socket pair.
 */
final class ResponseWriterTest extends TestCase
{
    private string $file;

    private Native $native;

    protected function setUp(): void
    {
        $this->file = (string) tempnam(sys_get_temp_dir(), 'answer');
        file_put_contents($this->file, '0123456789');
        $this->native = new Native;
    }

    protected function tearDown(): void
    {
        $this->native->releaseOutput();
        @unlink($this->file);
    }

    #[Test]
    public function an_ordinary_response_is_head_bytes_and_end(): void
    {
        $answer = $this->write(new Response('hello', 201, ['X-A' => ['one', 'two'], 'Content-Type' => 'text/plain']));

        self::assertSame(201, $answer->status());
        self::assertSame('hello', $answer->body());
        self::assertSame(['one', 'two'], $answer->headers('X-A'));
        self::assertSame(['answer', 'end'], $answer->types());
        self::assertArrayNotHasKey('reason', $answer->head);
    }

    #[Test]
    public function every_cookie_has_a_line_of_its_own(): void
    {
        $response = new Response;
        $response->headers->setCookie(Cookie::create('a', 'one two'));
        $response->headers->setCookie(Cookie::create('b', 'x', raw: true));

        self::assertSame(['a=one%20two; path=/; httponly; samesite=lax', 'b=x; path=/; httponly; samesite=lax'], $this->write($response)->headers('Set-Cookie'));
    }

    #[Test]
    public function bytes_in_fields_are_exact_and_names_keep_their_case(): void
    {
        $answer = $this->write(new Response('', 200, ['X-LATIN' => "caf\xE9"]));

        self::assertContains(['X-LATIN', "caf\xE9"], $answer->head['headers']);
    }

    #[Test]
    public function a_phrase_of_its_own_is_passed_on(): void
    {
        $response = new Response('', 200);
        $response->setStatusCode(200, 'All is well');

        self::assertSame('All is well', $this->write($response)->head['reason'] ?? null);
    }

    #[Test]
    public function json_and_no_content(): void
    {
        self::assertSame('{"a":1}', $this->write(new JsonResponse(['a' => 1]))->body());
        $answer = $this->write(new Response('', 204));
        self::assertSame([204, '', null], [$answer->status(), $answer->body(), $answer->header('Content-Type')]);
        self::assertSame([304, ''], [($answer = $this->write(new Response('lost', 304)))->status(), $answer->body()]);
    }

    #[Test]
    public function head_has_no_body(): void
    {
        foreach ([new Response('hello'), new StreamedResponse(static function (): void {
            echo 'hello';
        }), new BinaryFileResponse($this->file), new LaravelResponse('hello')] as $response) {
            $answer = $this->write($response, Request::create('/', 'HEAD'));

            self::assertSame(['', true], [$answer->body(), $answer->ended]);
            self::assertArrayNotHasKey('file', $answer->head);
        }
    }

    #[Test]
    public function what_was_printed_comes_first_and_voids_the_length(): void
    {
        $answer = $this->write(new Response('answered', 200, ['Content-Length' => '8']), print: static function (): void {
            echo 'printed ';
        });

        self::assertSame('printed answered', $answer->body());
        self::assertNull($answer->header('Content-Length'));
    }

    #[Test]
    public function a_stream_is_sent_as_it_is_flushed(): void
    {
        $answer = $this->write(new StreamedResponse(static function (): void {
            echo 'one';
            ob_flush();
            flush();
            echo 'two';
        }), print: static function (): void {
            echo 'before ';
        });

        self::assertSame('before onetwo', $answer->body());
        self::assertGreaterThanOrEqual(2, count($answer->chunks));
    }

    #[Test]
    public function content_goes_through_the_buffers_that_the_application_has_opened(): void
    {
        $answer = $this->write(new Response('answer', 200, ['Content-Length' => '6']), print: static function (): void {
            ob_start(static fn (string $text): string => strtoupper($text));
            echo 'printed ';
        });

        self::assertSame('PRINTED ANSWER', $answer->body());
        self::assertNull($answer->header('Content-Length'));
    }

    #[Test]
    public function a_location_makes_a_redirect_of_a_200_as_behind_any_web_server(): void
    {
        self::assertSame(302, $this->write(new Response('', 200, ['Location' => '/elsewhere']))->status());
        self::assertSame(201, $this->write(new Response('', 201, ['Location' => '/made']))->status());
    }

    #[Test]
    public function a_generator_and_streamed_json(): void
    {
        $json = $this->write(new StreamedJsonResponse(['items' => (static function (): iterable {
            yield 1;
            yield 2;
        })()]));

        self::assertSame('{"items":[1,2]}', $json->body());
        self::assertSame('application/json', $json->header('Content-Type'));
    }

    #[Test]
    public function a_file_is_a_path_and_no_bytes(): void
    {
        $answer = $this->write(new BinaryFileResponse($this->file));

        self::assertSame(['path' => $this->file, 'offset' => 0, 'length' => 10, 'delete' => false], $answer->head['file'] ?? null);
        self::assertSame('', $answer->body());
        self::assertSame('10', $answer->header('Content-Length'));
        self::assertTrue($answer->ended);
    }

    #[Test]
    public function a_range_of_a_file_is_its_span(): void
    {
        $request = Request::create('/');
        $request->headers->set('Range', 'bytes=2-5');
        $answer = $this->write(new BinaryFileResponse($this->file), $request);

        self::assertSame(206, $answer->status());
        self::assertSame(['path' => $this->file, 'offset' => 2, 'length' => 4, 'delete' => false], $answer->head['file'] ?? null);
        self::assertSame('bytes 2-5/10', $answer->header('Content-Range'));
    }

    #[Test]
    public function a_range_that_is_not_there_has_no_body(): void
    {
        $request = Request::create('/');
        $request->headers->set('Range', 'bytes=20-10');
        $request->headers->set('Range', 'bytes=20-30');
        $answer = $this->write(new BinaryFileResponse($this->file), $request);

        self::assertContains($answer->status(), [200, 416]);
        self::assertTrue($answer->ended);
    }

    #[Test]
    public function a_file_to_be_deleted_is_deleted_by_who_sends_it(): void
    {
        $answer = $this->write((new BinaryFileResponse($this->file))->deleteFileAfterSend());
        self::assertTrue($answer->head['file']['delete'] ?? null);
        self::assertFileExists($this->file);

        // Nothing is sent for HEAD, so nobody else will do it.
        $this->write((new BinaryFileResponse($this->file))->deleteFileAfterSend(), Request::create('/', 'HEAD'));
        self::assertFileDoesNotExist($this->file);
    }

    #[Test]
    public function an_empty_file_and_one_that_is_in_memory_only(): void
    {
        file_put_contents($this->file, '');
        self::assertSame(['', true], [($answer = $this->write(new BinaryFileResponse($this->file)))->body(), $answer->ended]);

        $memory = new SplTempFileObject;
        $memory->fwrite('in memory');
        self::assertSame('in memory', $this->write(new BinaryFileResponse($memory))->body());
    }

    #[Test]
    public function a_file_behind_something_printed_goes_as_bytes(): void
    {
        $answer = $this->write(new BinaryFileResponse($this->file), print: static function (): void {
            echo 'printed ';
        });

        self::assertSame('printed 0123456789', $answer->body());
    }

    /**
     * @param  (Closure(): void)|null  $print
     */
    private function write(Response $response, ?Request $request = null, ?Closure $print = null): RecordedAnswer
    {
        $request ??= Request::create('/');
        [$server, $stream] = FakeServer::pair();
        $connection = new WorkerConnection($stream);
        $output = new Output($connection, $this->native, new PhpHeaders);
        $answer = $connection->answer();
        $output->begin($answer);
        if ($print !== null) {
            $print();
        }
        (new ResponseWriter)->write($response->prepare($request), $request, $answer, $output);
        $output->finish();
        fclose($stream);

        return $server->record();
    }
}
