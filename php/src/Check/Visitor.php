<?php

declare(strict_types=1);

namespace LaravelBridge\Check;

use LaravelBridge\Exceptions\ConnectionLost;
use LaravelBridge\Wire\Frame;
use LaravelBridge\Wire\FrameReader;
use LaravelBridge\Wire\FrameWriter;
use LaravelBridge\Wire\Hello;
use LaravelBridge\Wire\Isomorphic;
use LaravelBridge\Wire\Message;
use LaravelBridge\Wire\WorkerConnection;
use LaravelBridge\Worker\Application;
use LaravelBridge\Worker\Native;
use LaravelBridge\Worker\Retirement;
use LaravelBridge\Worker\Worker;
use RuntimeException;

/**
 * Asks a worker as the server does, one request after the other, and forks a new one where that ends. The requests go
 * through the same loop and the same sandbox as those of clients.
 */
final class Visitor
{
    private int $pid = 0;

    /** @var resource|null */
    private mixed $stream = null;

    private ?FrameReader $reader = null;

    private ?FrameWriter $writer = null;

    /**
     * @param  float  $patience  seconds to wait for an answer
     */
    public function __construct(private readonly Application $application, private readonly Native $native, private readonly float $patience)
    {
    }

    public function __destruct()
    {
        $this->dismiss();
    }

    public function visit(string $method, string $host, string $scheme, string $target): Visit
    {
        if ($this->stream === null) {
            $this->fork();
        }
        $colon = strrpos($host, ':');
        $port = $colon === false ? ($scheme === 'https' ? 443 : 80) : (int) substr($host, $colon + 1);
        $this->send('request', [
            'id' => 'check', 'method' => $method, 'target' => Isomorphic::toJson($target), 'version' => '1.1', 'scheme' => $scheme, 'host' => $host,
            'client' => ['127.0.0.1', 50_000], 'server' => ['127.0.0.1', $port], 'time' => microtime(true),
            'headers' => [['Host', $host], ['User-Agent', 'laravel-rust:check'], ['Accept', 'text/html,application/json;q=0.9,*/*;q=0.8']],
            'body' => 0, 'length' => 0,
        ]);

        return $this->answer(microtime(true) + $this->patience);
    }

    /** Ends the worker at once: what it has to say when it ends is nobody's news. */
    public function dismiss(): void
    {
        if (is_resource($this->stream)) {
            fclose($this->stream);
        }
        $this->stream = null;
        if ($this->pid > 0) {
            posix_kill($this->pid, SIGKILL);
            pcntl_waitpid($this->pid, $status);
            $this->pid = 0;
        }
    }

    private function answer(float $deadline): Visit
    {
        $status = 0;
        while (($payload = $this->next($deadline)) !== null) {
            if ($payload[0] === Frame::BYTES) {
                continue;
            }
            $message = Message::decode($payload);
            if (Message::type($message) === 'answer') {
                $status = is_int($message['status'] ?? null) ? $message['status'] : 0;
            }
            if (Message::type($message) === 'ready') {
                /** @var list<array{kind: string, place: string, what: string, route: string, advice: string}> $findings */
                $findings = (array) ($message['findings'] ?? []);
                $why = ($message['retire'] ?? false) === true ? (is_string($message['why'] ?? null) ? $message['why'] : 'it asked to') : null;
                if ($why !== null) {
                    $this->dismiss();
                }

                return new Visit($status, $findings, $why);
            }
        }
        $why = microtime(true) >= $deadline ? sprintf('no end within %g seconds', $this->patience) : 'the process died';
        $this->dismiss();

        return new Visit($status, [], $why);
    }

    private function next(float $deadline): ?string
    {
        if ($this->stream === null || $this->reader === null) {
            return null;
        }
        while (! $this->reader->ready()) {
            $left = $deadline - microtime(true);
            if ($left <= 0) {
                return null;
            }
            $read = [$this->stream];
            $none = null;
            @stream_select($read, $none, $none, (int) $left, (int) (fmod($left, 1) * 1e6));
        }

        return $this->reader->next();
    }

    private function fork(): void
    {
        $pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        if ($pair === false) {
            throw new RuntimeException('No socket pair.');
        }
        [$this->stream, $theirs] = $pair;
        $this->pid = pcntl_fork();
        if ($this->pid === 0) {
            fclose($this->stream);
            $this->native->dieWithParent(SIGKILL);
            $worker = new Worker($this->application, new WorkerConnection($theirs), new Retirement(0, 0), $this->native);
            $this->application->forked();
            $worker->leave($worker->run(new Hello((int) getmypid(), $this->application->version(), 0, true, $this->application->path(), 0)));
        }
        if ($this->pid === -1) {
            throw new RuntimeException('Cannot fork: '.pcntl_strerror(pcntl_get_last_error()));
        }
        fclose($theirs);
        $this->reader = new FrameReader($this->stream);
        $this->writer = new FrameWriter($this->stream);
        $this->next(microtime(true) + $this->patience) ?? throw new RuntimeException('The worker says no hello.');
        $this->send('hello', ['v' => Hello::VERSION]);
    }

    /**
     * @param  array<string, mixed>  $members
     */
    private function send(string $type, array $members): void
    {
        try {
            $this->writer?->message(Message::encode($type, $members));
            $this->writer?->flush();
        } catch (ConnectionLost) {
            // Seen again when the answer is read.
        }
    }
}
