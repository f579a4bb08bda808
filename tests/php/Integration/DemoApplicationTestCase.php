<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Integration;

use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Testing\RecordedAnswer;
use LaravelBridge\Tests\Support\DemoApplication;
use LaravelBridge\Tests\Support\HandlerProcess;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * The demo application behind a real handler, spoken to over the wire. One subclass for each version of Laravel.
 */
abstract class DemoApplicationTestCase extends TestCase
{
    private static ?HandlerProcess $handler = null;

    abstract protected static function version(): string;

    public static function setUpBeforeClass(): void
    {
        self::$handler = HandlerProcess::laravel(DemoApplication::path(static::version()))->ready();
    }

    public static function tearDownAfterClass(): void
    {
        self::$handler?->stop();
    }

    #[Test]
    public function it_is_the_version_that_is_meant_and_no_console(): void
    {
        $who = $this->get('/whoami')->json();

        self::assertStringStartsWith(static::version().'.', (string) $who['laravel']);
        self::assertFalse($who['console']);
        self::assertSame('test-1', $who['request_id']);
        self::assertSame('128M', $who['memory_limit']);
    }

    #[Test]
    public function pages_with_session_cookie_and_csrf_work(): void
    {
        $server = $this->worker();
        $first = $server->exchange('GET', '/session');
        $cookies = $this->cookies($first);
        self::assertStringContainsString('id="visits">1<', $first->body());
        $second = $server->exchange('GET', '/session', ['headers' => [['Cookie', $cookies]]]);
        self::assertStringContainsString('id="visits">2<', $second->body());

        $other = $server->exchange('GET', '/session');
        self::assertStringContainsString('id="visits">1<', $other->body(), 'Another visitor on the same worker.');
        self::assertNotSame($cookies, $this->cookies($other));

        self::assertSame(419, $server->exchange('POST', '/session', ['headers' => [['Cookie', $cookies]]])->status());
        preg_match('/name="_token" value="([^"]+)"/', $second->body(), $token);
        $body = http_build_query(['_token' => $token[1] ?? '', 'message' => 'hello there']);
        $posted = $server->exchange('POST', '/session', ['headers' => [['Cookie', $cookies], ['Content-Type', 'application/x-www-form-urlencoded']]], $body);
        self::assertSame(302, $posted->status());
        self::assertStringContainsString('Your message was: hello there', $server->exchange('GET', '/session', ['headers' => [['Cookie', $cookies]]])->body());
        self::assertStringNotContainsString('Your message was', $server->exchange('GET', '/session', ['headers' => [['Cookie', $cookies]]])->body());
    }

    #[Test]
    public function a_visitor_logs_in_and_the_next_one_is_a_stranger(): void
    {
        $server = $this->worker();
        $page = $server->exchange('GET', '/login');
        preg_match('/name="_token" value="([^"]+)"/', $page->body(), $token);
        $body = http_build_query(['_token' => $token[1] ?? '', 'email' => 'demo@example.com', 'password' => 'password']);
        $in = $server->exchange('POST', '/login', ['headers' => [['Cookie', $this->cookies($page)], ['Content-Type', 'application/x-www-form-urlencoded']]], $body);
        self::assertSame(302, $in->status());

        $dashboard = $server->exchange('GET', '/dashboard', ['headers' => [['Cookie', $this->cookies($in)]]]);
        self::assertStringContainsString('demo@example.com', $dashboard->body());
        self::assertSame(302, $server->exchange('GET', '/dashboard')->status());
    }

    #[Test]
    public function the_database_and_validation_work(): void
    {
        $server = $this->worker();
        self::assertStringContainsString('50 users, 11 to 20', $server->exchange('GET', '/users?page=2')->body());
        self::assertStringContainsString('50 users, 1 to 10', $server->exchange('GET', '/users')->body(), 'The page of one request is not that of the next.');
        self::assertSame(404, $server->exchange('GET', '/users/9999')->status());

        $json = ['headers' => [['Content-Type', 'application/json'], ['Accept', 'application/json']]];
        self::assertSame(422, $server->exchange('POST', '/api/echo', $json, '{"age":"old"}')->status());
        $answer = $server->exchange('POST', '/api/echo', $json, '{"name":"Ada","tags":["a","b"]}');
        self::assertSame([200, 'Ada'], [$answer->status(), $answer->json()['name'] ?? null]);
    }

    #[Test]
    public function the_application_sees_the_request_and_no_secret(): void
    {
        $seen = $this->worker()->exchange('GET', '/api/headers?a=b', [
            'scheme' => 'https', 'host' => 'example.test', 'client' => ['10.1.2.3', 4711],
            'headers' => [['X-Thing', 'one'], ['x-thing', 'two'], ['Authorization', 'Basic '.base64_encode('ada:secret')]],
        ])->json();

        self::assertSame('https://example.test/api/headers?a=b', $seen['full_url']);
        self::assertTrue($seen['secure']);
        self::assertSame('10.1.2.3', $seen['ip']);
        self::assertSame('ada', $seen['user']);
        self::assertSame('secret', $seen['password']);
        self::assertStringNotContainsString('APP_KEY', (string) json_encode($seen['server']));
        self::assertStringNotContainsString('"PATH"', (string) json_encode($seen['server']));
    }

    #[Test]
    public function answers_of_every_kind_arrive(): void
    {
        $server = $this->worker();
        self::assertSame("chunk 1\nchunk 2\nchunk 3\n", $server->exchange('GET', '/stream/echo?count=3&interval_ms=5')->body());
        self::assertStringStartsWith("piece 1\npiece 2\n", $server->exchange('GET', '/stream/generator')->body());
        self::assertSame('{"items":[{"number":1},{"number":2}]}', $server->exchange('GET', '/stream/json?count=2')->body());
        self::assertSame(1_048_576, $server->exchange('GET', '/download')->head['file']['length'] ?? null);
        self::assertCount(4, $server->exchange('GET', '/cookies')->headers('Set-Cookie'));
        self::assertSame("caf\xE9", $server->exchange('GET', '/latin1')->header('X-Latin1'));
        self::assertSame(['one', 'two'], $server->exchange('GET', '/header')->headers('X-Raw'));
        self::assertSame("echoed\nreturned\n", $server->exchange('GET', '/echo')->body());
        self::assertSame([204, ''], [($none = $server->exchange('GET', '/status/204'))->status(), $none->body()]);
        self::assertSame('http://localhost:8080/about?from=redirect', $server->exchange('GET', '/redirect')->header('Location'));

        $broken = $server->exchange('GET', '/stream/broken');
        self::assertFalse($broken->ended, 'Half a stream must not look whole.');
    }

    /**
     * @return iterable<string, array{string, int}>
     */
    public static function troubles(): iterable
    {
        yield 'an exception' => ['/fail', 500];
        yield 'abort' => ['/abort/418', 418];
        yield 'a warning' => ['/warning', 500];
        yield 'exit' => ['/exit', 200];
        yield 'die' => ['/die', 200];
        yield 'dd' => ['/dd', 500];
        yield 'dump' => ['/dump', 200];
        yield 'a compile error' => ['/fatal', 500];
        yield 'an undefined function' => ['/fatal/error', 500];
        yield 'a time limit' => ['/fatal/time', 500];
        yield 'memory' => ['/memory', 500];
        yield 'headers and exit' => ['/header?exit=1', 203];
    }

    #[Test]
    #[DataProvider('troubles')]
    public function trouble_is_answered_as_by_fpm(string $target, int $status): void
    {
        $answer = $this->get($target);

        self::assertSame([$status, true], [$answer->status(), $answer->ended]);
        self::assertNotNull($answer->ready);
        self::assertSame(200, $this->get('/api/ping')->status());
    }

    /**
     * @return iterable<string, array{string}>
     */
    public static function bleeds(): iterable
    {
        foreach (['config', 'singleton', 'locale', 'user', 'view', 'request', 'cookie', 'listener', 'transaction', 'php', 'buffer'] as $kind) {
            yield $kind => [$kind];
        }
    }

    #[Test]
    #[DataProvider('bleeds')]
    public function what_one_request_leaves_the_next_does_not_find(string $kind): void
    {
        $server = $this->worker();
        $first = $server->exchange('GET', "/bleed/{$kind}?set=1")->json();
        $second = $server->exchange('GET', "/bleed/{$kind}?set=1")->json();

        self::assertSame($first['pid'], $second['pid']);
        self::assertNotEquals($first['before'], $first['after']);
        self::assertSame($first['before'], $second['before']);
    }

    #[Test]
    public function isolation_by_request_forgets_statics_too(): void
    {
        $handler = HandlerProcess::laravel(DemoApplication::path(static::version()), ['WORKER_ISOLATION' => 'request'])->ready();
        try {
            for ($i = 0; $i < 2; $i++) {
                $answer = $handler->worker()->exchange('GET', '/bleed/static?set=1');
                self::assertNull($answer->json()['before']);
                self::assertTrue($answer->ready['retire'] ?? null);
            }
        } finally {
            $handler->stop();
        }
    }

    #[Test]
    public function work_after_the_answer_is_done_and_done_once(): void
    {
        $server = $this->worker();
        $runs = $server->exchange('GET', '/terminate/marker')->json()['runs'] ?? 0;
        $server->exchange('GET', '/terminate?token=one');
        $server->exchange('GET', '/terminate?token=two');
        $marker = $server->exchange('GET', '/terminate/marker')->json();

        self::assertSame('two', $marker['terminating']);
        self::assertSame($runs + 2, $marker['runs'], 'A callback of one request does not run again after the next.');
    }

    #[Test]
    public function memory_stays_flat_over_a_thousand_requests(): void
    {
        $server = $this->worker();
        $memory = [];
        for ($i = 0; $i < 1000; $i++) {
            $answer = $server->exchange('GET', ['/api/ping', '/session', '/users', '/api/posts', '/stream/json?count=2'][$i % 5]);
            if ($i === 200 || $i === 999) {
                $memory[] = $answer->ready['memory'] ?? 0;
            }
        }

        self::assertLessThanOrEqual($memory[0] + 2_097_152, $memory[1]);
    }

    private function worker(): FakeServer
    {
        $server = self::$handler?->worker();
        self::assertNotNull($server);

        return $server;
    }

    private function get(string $target): RecordedAnswer
    {
        return $this->worker()->exchange('GET', $target);
    }

    private function cookies(RecordedAnswer $answer): string
    {
        return implode('; ', array_map(static fn (string $line): string => explode(';', $line)[0], $answer->headers('Set-Cookie')));
    }
}
