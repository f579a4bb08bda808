<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Processes;
use RuntimeException;

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
        $script = $this->script($scenario);
        try {
            if (! isset($this->warm[$scenario->name])) {
                $this->load($script, 8, 1);
                $this->warm[$scenario->name] = true;
            }
            $before = $this->cpu();
            $result = $this->load($script, $connections, $seconds);
            $cpu = $this->cpu() - $before;
        } finally {
            unlink($script);
        }

        return new Measurement(
            $scenario->name,
            $this->name,
            $connections,
            $result['requests'] / $result['seconds'],
            $result['p50'],
            $result['p99'],
            $cpu / max(1, $result['requests']) * 1e6,
            $this->memory(),
            $result['errors'],
        );
    }

    /** @return array{requests: int, seconds: float, p50: float, p99: float, errors: int} */
    private function load(string $script, int $connections, int $seconds): array
    {
        $command = sprintf(
            'wrk -t%d -c%d -d%ds --timeout 10s -s %s http://127.0.0.1:%d/ 2>&1',
            min(2, $connections), $connections, $seconds, escapeshellarg($script), $this->port(),
        );
        $output = (string) shell_exec($command);
        if (! preg_match('/^RESULT (.*)$/m', $output, $match)) {
            throw new RuntimeException("$command\n$output");
        }

        return json_decode($match[1], true, 512, JSON_THROW_ON_ERROR);
    }

    private function script(Scenario $scenario): string
    {
        $headers = $scenario->headers;
        if ($scenario->session) {
            $headers['Cookie'] = $this->session();
        }
        $lua = "wrk.method = '$scenario->method'\nwrk.path = '$scenario->target'\n";
        foreach ($headers as $name => $value) {
            $lua .= "wrk.headers['$name'] = [==[$value]==]\n";
        }
        if ($scenario->body !== '') {
            $lua .= "wrk.body = [==[$scenario->body]==]\n";
        }
        $lua .= <<<'LUA'
            done = function(summary, latency)
              local e = summary.errors
              io.write(string.format('RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"errors":%d}\n',
                summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
                e.connect + e.read + e.write + e.status + e.timeout))
            end
            LUA;
        $path = (string) tempnam(sys_get_temp_dir(), 'bench');
        file_put_contents($path, $lua);

        return $path;
    }

    /** The cookies of a session that has begun. */
    private function session(): string
    {
        $connection = new Connection("tcp://127.0.0.1:{$this->port()}");
        $answer = $connection->request('GET', '/session', ['Connection' => 'close'])->answer();
        $connection->close();

        return implode('; ', array_map(static fn (string $cookie): string => explode(';', $cookie)[0], $answer->headers('Set-Cookie')));
    }

    /** @return list<int> */
    private function tree(): array
    {
        return array_merge(...array_map(static fn (int $pid): array => [$pid, ...Processes::descendants($pid)], $this->processes()));
    }

    /** Seconds of processor time that the whole tree has used, with that of children which have ended. */
    private function cpu(): float
    {
        $ticks = 0;
        foreach ($this->tree() as $pid) {
            $stat = (string) @file_get_contents("/proc/$pid/stat");
            $ticks += array_sum(array_slice(explode(' ', substr($stat, (int) strrpos($stat, ')') + 2)), 11, 4));
        }

        return $ticks / 100;
    }

    private function memory(): float
    {
        $kib = 0;
        foreach ($this->tree() as $pid) {
            preg_match('/^Pss:\s+(\d+)/m', (string) @file_get_contents("/proc/$pid/smaps_rollup"), $match);
            $kib += (int) ($match[1] ?? 0);
        }

        return $kib / 1024;
    }
}
