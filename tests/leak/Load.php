<?php

declare(strict_types=1);

namespace LaravelBridge\Leak;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Server;
use RuntimeException;

/** Two connections, so that both workers have something to do; a new pair now and then. */
final class Load
{
    private const OF_A_CONNECTION = 200;

    private readonly string $session;

    public function __construct(private readonly Server $server)
    {
        $this->session = implode('; ', array_map(static fn (string $cookie): string => explode(';', $cookie)[0], $server->get('/session')->headers('Set-Cookie')));
    }

    /** @return array<int, int> bytes that PHP uses, without garbage, by process: of those that answer at the same time */
    public function memories(): array
    {
        $memories = [];
        for ($try = 0; $try < 5 && count($memories) < 2; $try++) {
            $pair = [$this->server->connect(), $this->server->connect()];
            foreach ($pair as $connection) {
                $connection->request('GET', '/whoami?collect=1', ['Connection' => 'close']);
            }
            foreach ($pair as $connection) {
                $told = $connection->answer()->json();
                $memories[$told['pid']] = $told['memory'];
                $connection->close();
            }
        }

        return $memories;
    }

    /**
     * @param  list<array{string, string, array<string, string>, string, int}>  $mix
     * @param  callable(int): void  $sample  is told how many requests are done; called `$samples` times, while none runs
     */
    public function run(array $mix, int $count, int $samples, callable $sample): void
    {
        $pair = [];
        $each = max(2, intdiv($count, $samples));
        for ($done = 0; $done < $count; $done += 2) {
            if ($done % self::OF_A_CONNECTION === 0) {
                array_map(static fn (Connection $connection) => $connection->close(), $pair);
                $pair = [$this->server->connect(), $this->server->connect()];
            }
            $asked = [];
            foreach ($pair as $number => $connection) {
                // Not in step: else one worker would have the even ones of the mix, and the other the odd ones.
                $asked[$number] = [$method, $target, $headers, $body] = $mix[($done + $number * 7 + intdiv($done, count($mix))) % count($mix)];
                $connection->request($method, $target, $headers + ['Cookie' => $this->session], $body);
            }
            foreach ($asked as $number => [$method, $target, , , $status]) {
                $answer = $pair[$number]->answer();
                if ($answer->status !== $status) {
                    throw new RuntimeException("$method $target: $answer->status instead of $status\n".substr($answer->body, 0, 300)."\n".$this->server->lastWords());
                }
            }
            if (intdiv($done + 2, $each) > intdiv($done, $each)) {
                $sample($done + 2);
            }
        }
        array_map(static fn (Connection $connection) => $connection->close(), $pair);
    }
}
