<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** What the application sees of a request, and what the client sees of its answer, to the byte. */
#[Group('main')]
final class ApiTest extends ServerTestCase
{
    public function test_a_small_answer_has_a_length_and_a_date(): void
    {
        $answer = $this->get('/api/ping');

        self::assertSame(['ok' => true, 'message' => 'pong'], $answer->json());
        self::assertSame((string) strlen($answer->body), $answer->header('Content-Length'));
        self::assertNull($answer->header('Transfer-Encoding'));
        self::assertEqualsWithDelta(time(), strtotime((string) $answer->header('Date')), 5);
    }

    public function test_valid_json_is_echoed(): void
    {
        $sent = ['name' => 'Zoë', 'email' => 'zoe@example.com', 'age' => 30, 'tags' => ['a', '日本']];

        self::assertSame($sent, $this->postJson('/api/echo', $sent)->json());
    }

    public function test_invalid_json_fields_are_named(): void
    {
        $answer = $this->postJson('/api/echo', ['email' => 'nobody', 'age' => 200]);

        self::assertSame(422, $answer->status);
        self::assertSame(['name', 'email', 'age'], array_keys($answer->json()['errors']));
    }

    public function test_a_post_is_created_read_changed_and_deleted(): void
    {
        $created = $this->postJson('/api/posts', ['user_id' => 1, 'title' => 'First', 'body' => 'Text']);
        self::assertSame(201, $created->status);
        $target = (string) parse_url((string) $created->header('Location'), PHP_URL_PATH);

        $json = ['Content-Type' => 'application/json', 'Accept' => 'application/json'];
        $changed = self::server()->request('PUT', $target, $json, '{"user_id":1,"title":"Second","body":"Text"}');
        self::assertSame('Second', $changed->json()['title']);
        self::assertSame('Second', $this->get($target)->json()['title']);

        $deleted = self::server()->request('DELETE', $target);
        self::assertSame(204, $deleted->status);
        self::assertNull($deleted->header('Content-Length'));
        self::assertSame(404, $this->get($target)->status);
    }

    public function test_the_target_arrives_untouched(): void
    {
        $seen = $this->get('/api/headers?a=1&b[]=2&b[]=3&c[x][y]=z&d=%C3%A9%20+%26&e&a.b=4&a=5')->json();

        self::assertSame('a=1&b[]=2&b[]=3&c[x][y]=z&d=%C3%A9%20+%26&e&a.b=4&a=5', $seen['server']['QUERY_STRING']);
        self::assertSame('/api/headers?a=1&b[]=2&b[]=3&c[x][y]=z&d=%C3%A9%20+%26&e&a.b=4&a=5', $seen['request_uri']);
        self::assertSame('5', $seen['query']['a']);
        self::assertSame(['2', '3'], $seen['query']['b']);
        self::assertSame(['x' => ['y' => 'z']], $seen['query']['c']);
        self::assertSame('é  &', $seen['query']['d']);
        self::assertSame('4', $seen['query']['a_b']);
    }

    public function test_the_server_variables_are_those_of_the_request(): void
    {
        $seen = $this->get('/api/headers', ['Host' => 'api.example:8443', 'Authorization' => 'Basic '.base64_encode('ada:pa:ss')])->json();

        self::assertSame('api.example', $seen['host']);
        self::assertSame(8443, $seen['port']);
        self::assertSame('http', $seen['scheme']);
        self::assertFalse($seen['secure']);
        self::assertSame('HTTP/1.1', $seen['protocol']);
        self::assertSame('127.0.0.1', $seen['ip']);
        self::assertSame('ada', $seen['user']);
        self::assertSame('pa:ss', $seen['password']);
        self::assertSame('GET', $seen['server']['REQUEST_METHOD']);
        self::assertSame((string) self::server()->port(), (string) $seen['server']['SERVER_PORT']);
        self::assertGreaterThan(0, (int) $seen['server']['REMOTE_PORT']);
        self::assertEqualsWithDelta(microtime(true), $seen['server']['REQUEST_TIME_FLOAT'], 5);
        self::assertArrayNotHasKey('APP_KEY', $seen['server']);
        self::assertArrayNotHasKey('LARAVEL_PATH', $seen['server']);
    }

    public function test_forwarded_headers_of_a_stranger_change_nothing(): void
    {
        $seen = $this->get('/api/headers', [
            'X-Forwarded-For' => '203.0.113.9', 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Host' => 'evil.example',
        ])->json();

        self::assertSame('127.0.0.1', $seen['ip']);
        self::assertFalse($seen['secure']);
        self::assertSame('localhost', $seen['host']);
    }

    public function test_headers_that_could_be_taken_for_others_are_dropped(): void
    {
        $seen = $this->get('/api/headers', ['X_Forwarded_For' => '1.2.3.4', 'Proxy' => 'evil', 'X-Fine' => 'yes'])->json();

        self::assertArrayNotHasKey('HTTP_X_FORWARDED_FOR', $seen['server']);
        self::assertArrayNotHasKey('HTTP_PROXY', $seen['server']);
        self::assertSame(['yes'], $seen['headers']['x-fine']);
    }

    public function test_latin_1_bytes_survive_in_both_directions(): void
    {
        $answer = $this->get('/latin1', ['X-Latin1' => "\xE9\xFF\xA0x"]);

        self::assertSame("caf\xE9", $answer->header('X-Latin1'));
        self::assertSame('e9ffa078', $answer->json()['received']);
    }

    public function test_each_cookie_has_a_line_of_its_own(): void
    {
        $answer = $this->get('/cookies', ['Cookie' => 'a=1; b=%C3%A9; a=2']);

        self::assertCount(4, $answer->headers('Set-Cookie'));
        self::assertStringStartsWith('first=one', $answer->headers('Set-Cookie')[0]);
        self::assertSame('é', $answer->json()['received']['b']);
    }

    public function test_form_fields_and_superglobals_are_those_of_php(): void
    {
        $seen = $this->post('/api/inspect?q=1', 'name=Zo%C3%AB&list[]=a&list[]=b&deep[x][y]=z&a.b=c',
            ['Content-Type' => 'application/x-www-form-urlencoded', 'Cookie' => 'k=v'])->json();

        $fields = ['name' => 'Zoë', 'list' => ['a', 'b'], 'deep' => ['x' => ['y' => 'z']], 'a_b' => 'c'];
        self::assertSame($fields, $seen['post']);
        self::assertSame($fields, $seen['superglobals']['post']);
        self::assertSame(['q' => '1'], $seen['superglobals']['get']);
        self::assertSame(['k' => 'v'], $seen['superglobals']['cookie']);
        self::assertSame('/api/inspect?q=1', $seen['superglobals']['server']['REQUEST_URI']);
    }

    public function test_a_body_is_the_same_with_a_length_and_in_chunks(): void
    {
        $body = random_bytes(200000);
        $chunks = '';
        foreach (str_split($body, 7777) as $piece) {
            $chunks .= dechex(strlen($piece))."\r\n$piece\r\n";
        }

        $plain = $this->post('/api/inspect', $body, ['Content-Type' => 'application/octet-stream'])->json();
        $chunked = self::server()->connect()->send(
            "POST /api/inspect HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n{$chunks}0\r\n\r\n"
        )->answer()->json();

        self::assertSame(['length' => 200000, 'sha1' => sha1($body)], $plain['content']);
        self::assertSame(['length' => 200000, 'sha1' => sha1($body)], $chunked['content']);
    }

    public function test_a_form_method_is_spoofed_as_laravel_does(): void
    {
        $seen = $this->post('/api/inspect', '_method=PATCH', ['Content-Type' => 'application/x-www-form-urlencoded'])->json();

        self::assertSame(['PATCH', 'POST'], [$seen['method'], $seen['real_method']]);
    }

    public function test_every_status_reaches_the_client(): void
    {
        foreach ([200, 201, 202, 206, 400, 401, 404, 418, 429, 500, 503, 599] as $status) {
            $answer = $this->get("/status/$status");
            self::assertSame([$status, "status $status\n"], [$answer->status, $answer->body]);
        }
        foreach ([204, 304] as $status) {
            $answer = self::server()->connect()->request('GET', "/status/$status")->answer();
            self::assertSame([$status, null], [$answer->status, $answer->header('Transfer-Encoding')]);
        }
    }

    public function test_a_sane_request_id_is_kept_and_another_is_replaced(): void
    {
        self::assertSame('order-66.a:b', $this->get('/whoami', ['X-Request-Id' => 'order-66.a:b'])->json()['request_id']);

        $made = $this->get('/whoami', ['X-Request-Id' => 'not sane!'])->json()['request_id'];
        self::assertMatchesRegularExpression('/^[A-Za-z0-9._:-]{8,128}$/', (string) $made);
    }
}
