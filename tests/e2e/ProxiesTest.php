<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;
use PHPUnit\Framework\TestCase;

/** What the application knows of its client behind proxies of every kind: the address, and the links that it writes. */
#[Group('main')]
final class ProxiesTest extends TestCase
{
    private ?Server $server = null;

    protected function tearDown(): void
    {
        if ($this->server !== null) {
            self::assertSame(0, $this->server->stop());
            Folders::remove($this->server->folder);
        }
    }

    /** @return array<string, array{array<string, string>}> */
    public static function said(): array
    {
        return [
            'X-Forwarded-*' => [['X-Forwarded-For' => '6.6.6.6, 203.0.113.9, 127.0.0.2', 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Host' => 'shop.example', 'X-Forwarded-Port' => '8443']],
            'Forwarded' => [['Forwarded' => 'for=6.6.6.6, for=203.0.113.9;proto=https;host="shop.example:8443"']],
        ];
    }

    /** @param  array<string, string>  $fields */
    #[DataProvider('said')]
    public function test_links_and_addresses_are_the_client_s_own_behind_a_trusted_proxy(array $fields): void
    {
        $this->server = Server::start(['TRUSTED_PROXIES' => '127.0.0.0/8']);
        $links = $this->server->get('/links?x=1', $fields)->json();

        self::assertSame('203.0.113.9', $links['ip']);
        self::assertTrue($links['secured']);
        self::assertSame('https://shop.example:8443/about', $links['url']);
        self::assertSame('https://shop.example:8443/users/7', $links['route']);
        self::assertSame('https://shop.example:8443/links?x=1', $links['full']);
        self::assertSame('https://shop.example:8443/css/app.css', $links['asset']);
        self::assertSame('https://shop.example:8443/about?from=redirect', $this->server->get('/redirect', $fields)->header('Location'));
    }

    public function test_a_signed_link_made_behind_a_proxy_is_good_behind_it_and_nowhere_else(): void
    {
        $this->server = Server::start(['TRUSTED_PROXIES' => '127.0.0.1']);
        $fields = ['X-Forwarded-For' => '203.0.113.9', 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Host' => 'shop.example'];
        $signed = (string) $this->server->get('/links', $fields)->json()['signed'];
        self::assertStringStartsWith('https://shop.example/signed?', $signed);
        $target = substr($signed, strlen('https://shop.example'));

        self::assertSame(['name' => 'a b'], $this->server->get($target, $fields)->json());
        self::assertSame(403, $this->server->get($target)->status);
        self::assertSame(403, $this->server->get("{$target}0", $fields)->status);
    }

    public function test_a_stranger_s_word_counts_for_nothing(): void
    {
        $this->server = Server::start(['TRUSTED_PROXIES' => '10.0.0.0/8']);
        foreach (self::said() as [$fields]) {
            $links = $this->server->get('/links', $fields + ['Host' => 'mine.example'])->json();

            self::assertSame(['127.0.0.1', false, 'http://mine.example/about'], [$links['ip'], $links['secured'], $links['url']]);
        }
    }

    /** @return array<string, array{string}> */
    public static function headers(): array
    {
        return [
            'version 1' => ["PROXY TCP4 203.0.113.9 192.0.2.1 51234 443\r\n"],
            'version 2' => ["\r\n\r\n\0\r\nQUIT\n\x21\x11".pack('n', 12).inet_pton('203.0.113.9').inet_pton('192.0.2.1').pack('nn', 51234, 443)],
        ];
    }

    #[DataProvider('headers')]
    public function test_the_proxy_protocol_tells_the_client_s_address(string $header): void
    {
        $this->server = Server::launch(['TRUSTED_PROXIES' => '127.0.0.1', 'HTTP_PROXY_PROTOCOL' => 'on'])->awaitListening();
        $answer = Processes::await(function () use ($header): ?Answer {
            $answer = $this->server?->connect()->send($header)->request('GET', '/links', ['Connection' => 'close'])->answer();

            return $answer?->status === 200 ? $answer : null;
        }, 'the application answers');

        self::assertSame('203.0.113.9', $answer->json()['ip']);
        self::assertTrue($this->server->connect()->request('GET', '/links')->ends(), 'a connection without the header is closed');
    }

    public function test_a_proxy_on_a_unix_socket_is_believed_when_it_is_trusted(): void
    {
        $folder = Server::folder();
        $this->server = Server::launch(['TRUSTED_PROXIES' => 'unix:', 'HTTP_HOST' => "unix:$folder/http.sock"], $folder);
        $answer = Processes::await(static function () use ($folder): ?Answer {
            if (! file_exists("$folder/http.sock")) {
                return null;
            }
            $answer = (new Connection("unix://$folder/http.sock"))->request('GET', '/links', [
                'Connection' => 'close', 'X-Forwarded-For' => '203.0.113.9', 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Host' => 'shop.example',
            ])->answer();

            return $answer->status === 200 ? $answer : null;
        }, 'the application answers');

        self::assertSame(['203.0.113.9', 'https://shop.example/about'], [$answer->json()['ip'], $answer->json()['url']]);
    }
}
