<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Channels;

use LaravelBridge\Channels;
use LaravelBridge\Channels\HttpPublisher;
use LaravelBridge\Channels\Publisher;
use LaravelBridge\Exceptions\CannotPublish;
use LaravelBridge\Testing\FakePublisher;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use RuntimeException;

#[BackupGlobals(true)]
final class HttpPublisherTest extends TestCase
{
    /** @var list<int> */
    private array $servers = [];

    protected function tearDown(): void
    {
        foreach ($this->servers as $pid) {
            posix_kill($pid, SIGKILL);
            pcntl_waitpid($pid, $status);
        }
    }

    #[Test]
    public function it_posts_a_text_with_the_token(): void
    {
        [$url, $request] = $this->serverThatSays("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"readers\":3}");

        self::assertSame(3, (new HttpPublisher($url, 'secret'))->publish('a b', 'c/d', "one\ntwo", 'order paid'));
        $seen = $request();
        self::assertStringStartsWith("POST /pubsub/a%20b/c%2Fd?event=order%20paid HTTP/1.0\r\n", $seen);
        self::assertStringContainsString("\r\nAuthorization: Bearer secret\r\n", $seen);
        self::assertStringContainsString("\r\nContent-Type: text/plain; charset=utf-8\r\n", $seen);
        self::assertStringEndsWith("\r\nContent-Length: 7\r\nAuthorization: Bearer secret\r\n\r\none\ntwo", $seen);
    }

    #[Test]
    public function anything_but_a_text_goes_as_json(): void
    {
        [$url, $request] = $this->serverThatSays("HTTP/1.1 200 OK\r\n\r\n{\"readers\":0}");

        self::assertSame(0, (new HttpPublisher($url))->publish('s', 't', ['path' => '/ä']));
        $seen = $request();
        self::assertStringContainsString("\r\nContent-Type: application/json\r\n", $seen);
        self::assertStringEndsWith("\r\n\r\n{\"path\":\"/ä\"}", $seen);
        self::assertStringNotContainsString('Authorization', $seen);
    }

    /** @return array<string, array{string, string}> */
    public static function refusals(): array
    {
        return [
            'wrong token' => ["HTTP/1.1 401 Unauthorized\r\n\r\n", 'wants another PUBSUB_TOKEN'],
            'no token' => ["HTTP/1.1 403 Forbidden\r\n\r\n", 'set the same PUBSUB_TOKEN'],
            'not mounted' => ["HTTP/1.1 404 Not Found\r\n\r\n", 'is PUBSUB_MOUNT set'],
            'too large' => ["HTTP/1.1 413 Content Too Large\r\n\r\n", 'larger than PUBSUB_MAX_MESSAGE'],
            'another error' => ["HTTP/1.1 503 Service Unavailable\r\n\r\n", 'answered with 503'],
            'another server' => ["HTTP/1.1 200 OK\r\n\r\n<html>", "is not the server's PUBSUB_MOUNT"],
            'no HTTP' => ['hello', 'gives no answer'],
        ];
    }

    #[Test]
    #[DataProvider('refusals')]
    public function it_says_why_a_message_was_not_published(string $answer, string $reason): void
    {
        [$url] = $this->serverThatSays($answer);

        $this->expectException(CannotPublish::class);
        $this->expectExceptionMessage($reason);
        (new HttpPublisher($url, 'secret'))->publish('s', 't', 'x');
    }

    #[Test]
    public function it_says_that_nobody_listens(): void
    {
        $this->expectException(CannotPublish::class);
        $this->expectExceptionMessage('cannot be reached');
        (new HttpPublisher('http://127.0.0.1:1/pubsub'))->publish('s', 't', 'x');
    }

    #[Test]
    public function it_wants_an_url(): void
    {
        $this->expectException(CannotPublish::class);
        $this->expectExceptionMessage('"/pubsub" is not an URL');
        new HttpPublisher('/pubsub');
    }

    #[Test]
    public function an_application_publishes_where_its_configuration_says(): void
    {
        [$url, $request] = $this->serverThatSays("HTTP/1.1 200 OK\r\n\r\n{\"readers\":2}");
        $laravel = new SmallLaravel;
        try {
            $laravel->app->make('config')->set('bridge.pubsub', ['url' => $url, 'token' => null]);
            self::assertSame(2, Channels::publish('orders', '7', ['status' => 'paid'], event: 'changed'));
            self::assertStringStartsWith('POST /pubsub/orders/7?event=changed ', $request());

            $laravel->app->instance(Publisher::class, $published = new FakePublisher(9));
            self::assertSame(9, Channels::publish('orders', '8', 'x'));
            self::assertSame([['namespace' => 'orders', 'topic' => '8', 'message' => 'x', 'event' => null]], $published->messages);
        } finally {
            $laravel->stop();
        }
    }

    #[Test]
    public function a_unix_socket_has_an_url_too(): void
    {
        $path = sys_get_temp_dir().'/bridge-publisher-'.bin2hex(random_bytes(5));
        [, $request] = $this->serverThatSays("HTTP/1.1 200 OK\r\n\r\n{\"readers\":1}", "unix://{$path}");
        try {
            self::assertSame(1, (new HttpPublisher("http://unix:{$path}:/pubsub/"))->publish('s', 't', 'x'));
            self::assertStringStartsWith("POST /pubsub/s/t HTTP/1.0\r\nHost: localhost\r\n", $request());
        } finally {
            unlink($path);
        }
    }

    #[Test]
    public function without_an_url_it_is_the_server_that_runs_this_process_or_the_usual_port(): void
    {
        [$url, $request] = $this->serverThatSays("HTTP/1.1 200 OK\r\n\r\n{\"readers\":1}");
        putenv("BRIDGE_PUBSUB_URL={$url}");
        try {
            self::assertSame(1, HttpPublisher::fromConfig(['url' => null, 'port' => 1, 'mount' => '/pubsub'])->publish('s', 't', 'x'));
            self::assertStringStartsWith('POST /pubsub/s/t ', $request());
        } finally {
            putenv('BRIDGE_PUBSUB_URL');
        }
        $this->expectException(CannotPublish::class);
        $this->expectExceptionMessage('http://127.0.0.1:1/topics');
        HttpPublisher::fromConfig(['url' => '', 'port' => '1', 'mount' => '/topics'])->publish('s', 't', 'x');
    }

    /**
     * A server for one request, in a process of its own.
     *
     * @return array{string, callable(): string} its URL, and the request that it was sent
     */
    private function serverThatSays(string $answer, string $address = 'tcp://127.0.0.1:0'): array
    {
        $listening = stream_socket_server($address) ?: throw new RuntimeException('no socket');
        [$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0) ?: throw new RuntimeException('no pair');
        $pid = pcntl_fork();
        if ($pid === 0) {
            $client = stream_socket_accept($listening, 10) ?: exit(1);
            $request = '';
            while (! preg_match('/\r\nContent-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n(.*)$/s', $request, $match) || strlen($match[2]) < (int) $match[1]) {
                $request .= fread($client, 8192);
            }
            fwrite($client, $answer);
            fclose($client);
            fwrite($theirs, $request);
            posix_kill(posix_getpid(), SIGKILL);
        }
        $this->servers[] = $pid;
        fclose($theirs);

        return ['http://'.stream_socket_get_name($listening, false).'/pubsub', static fn (): string => (string) stream_get_contents($ours)];
    }
}
