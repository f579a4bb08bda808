<?php

declare(strict_types=1);

namespace LaravelBridge\Channels;

use LaravelBridge\Exceptions\CannotPublish;

/**
 * Publishes at a server's PUBSUB_MOUNT, over a connection of its own for each message: it may be called in a worker, a job or a command, on this machine or
 * another one, and holds nothing between two calls.
 */
final class HttpPublisher implements Publisher
{
    private const OF_THIS_SERVER = 'BRIDGE_PUBSUB_URL';

    /** What to connect to, as stream_socket_client wants it. */
    private readonly string $address;

    private readonly string $host;

    private readonly string $path;

    /**
     * @param  string  $url  of the mount, "http://127.0.0.1:8080/pubsub" or, at a Unix socket, "http://unix:/run/app.sock:/pubsub"
     * @param  float  $timeout  seconds to connect, and for each silence of the server
     */
    public function __construct(private readonly string $url, private readonly string $token = '', private readonly float $timeout = 5.0)
    {
        if (preg_match('#^http://unix:(/[^:]+):(/.*)$#', $url, $match) === 1) {
            [$this->address, $this->host, $this->path] = ["unix://{$match[1]}", 'localhost', rtrim($match[2], '/')];

            return;
        }
        $parts = parse_url($url);
        $scheme = $parts['scheme'] ?? '';
        if (! isset($parts['host']) || ! in_array($scheme, ['http', 'https'], true)) {
            throw CannotPublish::badUrl($url);
        }
        $this->host = $parts['host'].':'.($parts['port'] ?? ($scheme === 'https' ? 443 : 80));
        $this->address = ($scheme === 'https' ? 'ssl' : 'tcp')."://{$this->host}";
        $this->path = rtrim($parts['path'] ?? '', '/');
    }

    /**
     * @param  array{url?: string|null, port?: int|string|null, mount?: string|null, token?: string|null, timeout?: float|int}  $config  bridge.pubsub
     */
    public static function fromConfig(array $config): self
    {
        $url = $config['url'] ?? '';
        if ($url === '') {
            // Of this very server, whatever its port: it has told the processes that it runs. A cached configuration cannot know it.
            $url = (string) getenv(self::OF_THIS_SERVER);
        }
        if ($url === '') {
            $url = 'http://127.0.0.1:'.($config['port'] ?? 8080).'/'.trim($config['mount'] ?? 'pubsub', '/');
        }

        return new self($url, (string) ($config['token'] ?? ''), (float) ($config['timeout'] ?? 5));
    }

    public function publish(string $namespace, string $topic, string|array|\JsonSerializable $message, ?string $event = null): int
    {
        $isText = is_string($message);
        $body = $isText ? $message : json_encode($message, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        $target = $this->path.'/'.rawurlencode($namespace).'/'.rawurlencode($topic).($event === null ? '' : '?event='.rawurlencode($event));
        [$status, $answer] = $this->post($target, $isText ? 'text/plain; charset=utf-8' : 'application/json', $body);
        if ($status !== 200) {
            throw CannotPublish::refused($this->url, $status);
        }
        $readers = json_decode($answer, true)['readers'] ?? null;

        return is_int($readers) ? $readers : throw CannotPublish::notTheServer($this->url);
    }

    /**
     * @return array{int, string} status and body
     */
    private function post(string $target, string $type, string $body): array
    {
        $connection = @stream_socket_client($this->address, $errorCode, $reason, $this->timeout);
        if ($connection === false) {
            throw CannotPublish::unreachable($this->url, (string) $reason);
        }
        try {
            stream_set_timeout($connection, (int) $this->timeout, (int) (fmod($this->timeout, 1) * 1_000_000));
            $head = "POST {$target} HTTP/1.0\r\nHost: {$this->host}\r\nContent-Type: {$type}\r\nContent-Length: ".strlen($body)."\r\n"
                .($this->token === '' ? '' : "Authorization: Bearer {$this->token}\r\n")."\r\n";
            if (@fwrite($connection, $head.$body) !== strlen($head.$body)) {
                throw CannotPublish::unreachable($this->url, 'it took only a part of the message');
            }
            $answer = (string) stream_get_contents($connection);
            if (preg_match('#^HTTP/1\.[01] (\d{3})#', $answer, $match) !== 1) {
                throw CannotPublish::unreachable($this->url, stream_get_meta_data($connection)['timed_out'] ? 'it does not answer in time' : 'it gives no answer');
            }
        } finally {
            fclose($connection);
        }

        return [(int) $match[1], explode("\r\n\r\n", $answer, 2)[1] ?? ''];
    }
}
