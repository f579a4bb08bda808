<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Http;

use LaravelBridge\Http\ServerVariables;
use LaravelBridge\Wire\Request;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class ServerVariablesTest extends TestCase
{
    #[Test]
    public function they_describe_the_request_and_nothing_else(): void
    {
        putenv('APP_SECRET_OF_THE_TEST=secret');
        $server = $this->of(new Request(
            id: 'r1', method: 'POST', target: '/a/b?c=d', version: '1.0', scheme: 'https', host: 'example.com:8443',
            clientAddress: '10.0.0.9', clientPort: 5123, serverAddress: '10.0.0.1', serverPort: 8443, time: 1732187589.25,
            headers: [['Host', 'other.example'], ['Content-Type', 'text/plain'], ['Content-Length', '3'], ['X-Thing', 'x']],
            body: 'abc', length: 3,
        ));
        putenv('APP_SECRET_OF_THE_TEST');
        ksort($server);

        self::assertSame([
            'CONTENT_LENGTH' => '3',
            'CONTENT_TYPE' => 'text/plain',
            'DOCUMENT_ROOT' => '/srv/app/public',
            'DOCUMENT_URI' => '/index.php',
            'GATEWAY_INTERFACE' => 'CGI/1.1',
            'HTTPS' => 'on',
            'HTTP_HOST' => 'example.com:8443',
            'HTTP_X_REQUEST_ID' => 'r1',
            'HTTP_X_THING' => 'x',
            'PHP_SELF' => '/index.php',
            'QUERY_STRING' => 'c=d',
            'REMOTE_ADDR' => '10.0.0.9',
            'REMOTE_PORT' => '5123',
            'REQUEST_METHOD' => 'POST',
            'REQUEST_SCHEME' => 'https',
            'REQUEST_TIME' => 1732187589,
            'REQUEST_TIME_FLOAT' => 1732187589.25,
            'REQUEST_URI' => '/a/b?c=d',
            'SCRIPT_FILENAME' => '/srv/app/public/index.php',
            'SCRIPT_NAME' => '/index.php',
            'SERVER_ADDR' => '10.0.0.1',
            'SERVER_NAME' => 'example.com',
            'SERVER_PORT' => '8443',
            'SERVER_PROTOCOL' => 'HTTP/1.0',
            'SERVER_SOFTWARE' => 'laravel-bridge',
        ], $server);
    }

    #[Test]
    public function repeated_fields_are_joined_and_cookies_in_their_own_way(): void
    {
        $server = $this->with([['Accept', 'a'], ['accept', 'b'], ['Cookie', 'a=1'], ['cookie', 'b=2']]);

        self::assertSame('a, b', $server['HTTP_ACCEPT']);
        self::assertSame('a=1; b=2', $server['HTTP_COOKIE']);
    }

    #[Test]
    public function names_that_would_be_taken_for_others_are_dropped(): void
    {
        $server = $this->with([['X_Forwarded_For', 'evil'], ['Proxy', 'evil'], ['Content_Length', '5'], ['X-Ok', 'fine']]);

        self::assertSame('fine', $server['HTTP_X_OK']);
        self::assertNotContains('evil', $server);
        self::assertSame('', $server['CONTENT_LENGTH']);
    }

    #[Test]
    public function without_https_there_is_no_such_variable(): void
    {
        self::assertArrayNotHasKey('HTTPS', $this->with([]));
    }

    #[Test]
    public function the_id_of_the_server_replaces_one_of_the_client(): void
    {
        self::assertSame('r1', $this->with([['X-Request-Id', 'bad id']])['HTTP_X_REQUEST_ID']);
    }

    #[Test]
    public function a_body_without_announced_length_has_one_all_the_same(): void
    {
        $server = $this->of(new Request('r1', 'POST', '/', body: 'hello', length: 5));

        self::assertSame('5', $server['CONTENT_LENGTH']);
    }

    /**
     * @return iterable<string, array{string, string}>
     */
    public static function hosts(): iterable
    {
        yield 'name' => ['example.com', 'example.com'];
        yield 'name and port' => ['example.com:80', 'example.com'];
        yield 'IPv4' => ['127.0.0.1:8080', '127.0.0.1'];
        yield 'IPv6' => ['[::1]', '[::1]'];
        yield 'IPv6 and port' => ['[::1]:8080', '[::1]'];
        yield 'none' => ['', '127.0.0.1'];
    }

    #[Test]
    #[DataProvider('hosts')]
    public function the_name_of_the_server_is_the_host_without_its_port(string $host, string $name): void
    {
        $server = $this->of(new Request('r1', 'GET', '/', host: $host));

        self::assertSame($name, $server['SERVER_NAME']);
        self::assertSame($host !== '', isset($server['HTTP_HOST']));
    }

    /**
     * @param  list<array{string, string}>  $headers
     * @return array<string, mixed>
     */
    private function with(array $headers): array
    {
        return $this->of(new Request('r1', 'GET', '/', host: 'localhost', headers: $headers));
    }

    /**
     * @return array<string, mixed>
     */
    private function of(Request $request): array
    {
        return (new ServerVariables('/srv/app/public'))->of($request);
    }
}
