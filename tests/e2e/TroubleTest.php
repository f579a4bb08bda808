<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\After;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;

/** What applications do to themselves: the client gets what it would get from PHP-FPM, and the next request does not notice. */
#[Group('main')]
final class TroubleTest extends ServerTestCase
{
    #[After]
    public function the_next_requests_are_answered(): void
    {
        for ($number = 0; $number < 4; $number++) {
            self::assertSame(200, $this->get('/api/ping')->status);
        }
    }

    public function test_exit_sends_what_was_echoed(): void
    {
        $answer = $this->get('/exit');
        self::assertSame([200, "before exit\n"], [$answer->status, $answer->body]);

        $answer = $this->get('/die');
        self::assertSame([200, "dying words\n"], [$answer->status, $answer->body]);
    }

    public function test_exit_keeps_status_and_headers_wherever_it_is_called(): void
    {
        $answer = $this->get('/php/ending/exit-status');
        self::assertSame([404, "not here\n"], [$answer->status, $answer->body]);

        $answer = $this->get('/php/ending/exit-location');
        self::assertSame([302, '/about'], [$answer->status, $answer->header('Location')]);

        self::assertSame('application/json', $this->get('/php/ending/exit-json')->header('Content-Type'));
        self::assertSame("one two THREE\n", $this->get('/php/ending/exit-buffered')->body);
        self::assertSame("streamed\n", $this->get('/php/ending/exit-in-stream')->body);
        self::assertSame("finally\n", $this->get('/php/ending/exit-in-finally')->body);
        self::assertSame("answer\n", $this->get('/php/ending/exit-in-terminating')->body);
        self::assertSame("answer\n", $this->get('/php/ending/exit-in-shutdown')->body);

        $answer = $this->get('/php/ending/exit-then-shutdown');
        self::assertSame(["body\nshutdown\n", 'yes'], [$answer->body, $answer->header('X-Late')]);
    }

    public function test_what_comes_after_the_answer_runs_after_it(): void
    {
        foreach (['shutdown-notes' => "answer\n", 'shutdown-exit-notes' => "noted\n", 'destructor' => "answer\n", 'finish' => "finished\n"] as $case => $body) {
            $note = bin2hex(random_bytes(4));
            self::assertSame($body, $this->get("/php/ending/$case?note=$note")->body, $case);
            Processes::await(fn (): bool => str_starts_with((string) $this->get('/php/notes')->json()['note'], $note), "$case: the note is there");
        }
    }

    public function test_a_fatal_error_keeps_what_php_was_told_before(): void
    {
        $answer = $this->get('/php/ending/header-then-fatal');

        self::assertSame([500, 'yes'], [$answer->status, $answer->header('X-Before')]);
        self::assertStringStartsWith('before=fatal', (string) $answer->header('Set-Cookie'));
    }

    public function test_dd_sends_the_dump(): void
    {
        $answer = $this->get('/dd');

        self::assertSame(500, $answer->status);
        self::assertStringContainsString('dumped by dd', $answer->body);
    }

    public function test_dump_stands_before_the_answer(): void
    {
        $answer = $this->get('/dump');

        self::assertSame(200, $answer->status);
        self::assertStringContainsString('dumped by dump', $answer->body);
        self::assertStringEndsWith("after the dump\n", $answer->body);
    }

    public function test_what_is_echoed_stands_before_what_is_returned(): void
    {
        $answer = $this->get('/echo');

        self::assertSame("echoed\nreturned\n", $answer->body);
        self::assertSame('yes', $answer->header('X-Framework'));
    }

    public function test_php_s_own_header_functions_work(): void
    {
        $answer = $this->get('/header?exit=1');

        self::assertSame([203, "raw\n"], [$answer->status, $answer->body]);
        self::assertSame(['one', 'two'], $answer->headers('X-Raw'));
        self::assertStringStartsWith('raw_cookie=raw%20value', (string) $answer->header('Set-Cookie'));
        self::assertSame(['one', 'two'], $this->get('/header')->headers('X-Raw'));
    }

    /** @return array<string, array{string, int}> */
    public static function failures(): array
    {
        return [
            'an exception' => ['/fail', 500],
            'abort(403)' => ['/abort/403', 403],
            'abort(503)' => ['/abort/503', 503],
            'a warning' => ['/warning', 500],
            'a compile error' => ['/fatal', 500],
            'an undefined function' => ['/fatal/error', 500],
            'out of time' => ['/fatal/time', 500],
            'out of memory' => ['/memory', 500],
            'out of memory, in small pieces' => ['/php/ending/memory-small', 500],
            'recursion without an end' => ['/php/ending/recursion', 500],
            'a parse error' => ['/php/ending/parse-error', 500],
        ];
    }

    #[DataProvider('failures')]
    public function test_a_failure_is_answered_with_its_status(string $target, int $status): void
    {
        $page = $this->get($target, ['Accept' => 'text/html']);
        self::assertSame($status, $page->status);
        self::assertStringStartsWith('text/html', (string) $page->header('Content-Type'));
        self::assertNotSame('', $page->body);
    }

    public function test_an_exception_is_json_for_those_who_ask_for_json(): void
    {
        $answer = $this->get('/fail', ['Accept' => 'application/json']);

        self::assertSame('This page fails on purpose.', $answer->json()['message']);
    }

    public function test_an_exception_and_its_answer_name_the_request(): void
    {
        $log = Server::application().'/storage/logs/laravel.log';
        foreach (['text/html', 'application/json'] as $type) {
            $answer = $this->get('/fail', ['Accept' => $type]);
            $id = $answer->header('X-Request-Id');
            self::assertNotNull($id);
            self::assertMatchesRegularExpression('~This page fails on purpose\. .*"request_id":"'.preg_quote($id).'"~', (string) file_get_contents($log));
        }
        self::assertNotSame($id, $this->get('/fail')->header('X-Request-Id'));
    }

    public function test_deprecations_and_silenced_warnings_do_no_harm(): void
    {
        self::assertSame("after the warning\n", $this->get('/warning?level=deprecated')->body);
        self::assertSame("after the warning\n", $this->get('/warning?level=silenced')->body);
    }

    /** @return array<string, array{string}> */
    public static function crashes(): array
    {
        return ['a segmentation fault' => ['/segfault'], 'SIGKILL' => ['/kill/9'], 'SIGABRT' => ['/kill/6']];
    }

    #[DataProvider('crashes')]
    public function test_a_crash_is_a_502_with_a_request_id_and_no_details(string $target): void
    {
        $answer = $this->get($target, ['X-Request-Id' => 'crash-test-1', 'Accept' => 'application/json']);

        self::assertSame(502, $answer->status);
        self::assertStringContainsString('crash-test-1', $answer->body);
        self::assertStringStartsWith('application/json', (string) $answer->header('Content-Type'));
        self::assertStringNotContainsString('signal', strtolower($answer->body));
        Processes::await(static fn (): bool => preg_match('/signal \d|SIG[A-Z]/', self::server()->log()) === 1, 'the log names the signal', 3);
    }
}
