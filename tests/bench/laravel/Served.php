<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use LaravelBridge\E2e\Support\Connection;

/** A contestant behind a port of 127.0.0.1: asked by wrk, and its processes are watched meanwhile. */
abstract class Served extends Contestant
{
    /** @var array<string, true> */
    private array $warm = [];

    abstract protected function port(): int;

    /** @return list<int> the processes that it was started as */
    abstract protected function processes(): array;

    public function measure(Scenario $scenario, int $connections, int $seconds): Measurement
    {
        $headers = $scenario->headers + ($scenario->session ? ['Cookie' => $this->session()] : []);
        $load = new Wrk("http://127.0.0.1:{$this->port()}$scenario->target", $scenario->method, $headers, $scenario->body);
        if (! isset($this->warm[$scenario->name])) {
            $load->run(8, 1);
            $this->warm[$scenario->name] = true;
        }
        $tree = new ProcessTree($this->processes());
        $before = $tree->cpu();
        $result = $load->run($connections, $seconds);
        $cpu = $tree->cpu() - $before;

        return new Measurement(
            $scenario->name,
            $this->name,
            $connections,
            $result->rate(),
            $result->p50,
            $result->p99,
            $cpu / max(1, $result->requests) * 1e6,
            $tree->memory(),
            $result->errors,
        );
    }

    /** The cookies of a session that has begun. */
    private function session(): string
    {
        $connection = new Connection("tcp://127.0.0.1:{$this->port()}");
        $answer = $connection->request('GET', '/session', ['Connection' => 'close'])->answer();
        $connection->close();

        return implode('; ', array_map(static fn (string $cookie): string => explode(';', $cookie)[0], $answer->headers('Set-Cookie')));
    }
}
