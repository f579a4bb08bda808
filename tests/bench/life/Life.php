<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use Closure;
use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use RuntimeException;

/** A server to which things happen while it is watched. */
final class Life
{
    private const PAGE = '/api/ping';

    private const CONNECTIONS = 32;

    /** @var list<Server> */
    private array $servers = [];

    private readonly int $owner;

    public function __construct(private readonly Application $application)
    {
        $this->owner = posix_getpid();
    }

    public function stop(): void
    {
        // What goes on beside the load happens in children.
        if (posix_getpid() === $this->owner) {
            foreach ($this->servers as $server) {
                $server->kill();
                Folders::remove($server->folder);
            }
        }
    }

    /** An answer of a worker that nothing happens to. */
    public function answers(int $times): Times
    {
        $client = $this->start(1)->connect();
        $client->request('GET', '/whoami')->answer();

        return self::measure($times, static function () use ($client): void {
            $client->request('GET', '/whoami')->answer();
        });
    }

    /** From the kill of the only worker to the first answer of the one after it. */
    public function kills(int $times): Times
    {
        $client = $this->start(1)->connect();
        $pid = $client->request('GET', '/whoami')->answer()->json()['pid'];

        return self::measure($times, static function () use ($client, &$pid): void {
            posix_kill($pid, SIGKILL);
            $answer = $client->request('GET', '/whoami')->answer();
            if ($answer->status !== 200 || $answer->json()['pid'] === $pid) {
                throw new RuntimeException("status $answer->status instead of the answer of another worker");
            }
            $pid = $answer->json()['pid'];
        }, 0.02);
    }

    /** @return array{Times, Times} from the order to the end of the last process of before; the boot that is part of it */
    public function reloads(int $times): array
    {
        $server = $this->start(2);
        $boots = [];
        $reloads = self::measure($times, static function () use ($server, &$boots): void {
            $old = Processes::descendants($server->pid);
            self::operators($server, 'POST', '/-/reload?wait=1');
            while (array_filter($old, Processes::alive(...)) !== [] || count(array_filter($server->status()['application']['workers'], static fn (array $worker): bool => $worker['state'] === 'idle')) < 2) {
                usleep(1000);
            }
            $boots[] = self::metric($server, 'bridge_boot_seconds');
        }, 0.1);

        return [$reloads, new Times($boots ?: throw new RuntimeException('Nothing was reloaded'))];
    }

    /** @return array{float, float, int} requests per second, the same while one reload follows the other, and how many these were */
    public function rates(int $seconds): array
    {
        $server = $this->start(2);
        $load = new Wrk($server->url(self::PAGE));
        $load->run(self::CONNECTIONS, 1);
        $normal = $load->run(self::CONNECTIONS, $seconds);
        $before = self::metric($server, 'bridge_generation');
        $during = $this->beside(static fn () => self::operators($server, 'POST', '/-/reload?wait=1'), static fn (): WrkResult => $load->run(self::CONNECTIONS, $seconds));
        if ($normal->errors + $during->errors > 0) {
            throw new RuntimeException("$normal->errors and $during->errors requests were lost");
        }

        return [$normal->rate(), $during->rate(), (int) (self::metric($server, 'bridge_generation') - $before)];
    }

    /** @return array{Times, Times} of the status alone, and while all workers and the queue are full */
    public function status(int $seconds): array
    {
        $server = $this->start(2);
        $look = static fn (int $times): Times => self::measure($times, static function () use ($server): void {
            $server->status();
        }, 0.005);
        $idle = $look(200);
        $load = new Wrk($server->url(self::PAGE));
        $loaded = $this->beside(static fn () => $load->run(self::CONNECTIONS, $seconds + 1), static function () use ($look, $seconds): Times {
            sleep(1);

            return $look($seconds * 100);
        });

        return [$idle, $loaded];
    }

    /**
     * @template T
     *
     * @param  Closure(): mixed  $aside  again and again, in a process of its own
     * @param  Closure(): T  $work
     * @return T
     */
    private function beside(Closure $aside, Closure $work): mixed
    {
        $parent = posix_getpid();
        $child = pcntl_fork();
        if ($child === 0) {
            while (posix_getppid() === $parent) {
                $aside();
            }
            posix_kill(posix_getpid(), SIGKILL);
        }
        try {
            return $work();
        } finally {
            posix_kill($child, SIGKILL);
            pcntl_waitpid($child, $status);
        }
    }

    /** @param  Closure(): mixed  $what */
    private static function measure(int $times, Closure $what, float $pause = 0): Times
    {
        $all = [];
        do {
            $start = hrtime(true);
            $what();
            $all[] = (hrtime(true) - $start) / 1e9;
            usleep((int) ($pause * 1e6));
        } while (count($all) < $times);

        return new Times($all);
    }

    private function start(int $workers): Server
    {
        return $this->servers[] = Server::start([
            'LARAVEL_PATH' => $this->application->path,
            'SOCKET_POOL_MIN' => (string) $workers,
            'SOCKET_POOL_MAX' => (string) $workers,
            'WORKER_MAX_REQUESTS' => '0',
            'ACCESS_LOG' => 'off',
        ]);
    }

    private static function operators(Server $server, string $method, string $path): string
    {
        $connection = new Connection("unix://$server->folder/bridge.sock.admin");
        $answer = $connection->request($method, $path, ['Connection' => 'close'])->answer();
        $connection->close();
        if ($answer->status !== 200) {
            throw new RuntimeException("$path: status $answer->status: $answer->body");
        }

        return $answer->body;
    }

    private static function metric(Server $server, string $name): float
    {
        return preg_match("/^$name (\S+)/m", self::operators($server, 'GET', '/-/metrics'), $match) === 1 ? (float) $match[1] : 0;
    }
}
