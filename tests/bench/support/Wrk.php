<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use RuntimeException;

/** The same request again and again, over connections that are kept. */
final class Wrk
{
    /** @param  array<string, string>  $headers */
    public function __construct(
        private readonly string $url,
        private readonly string $method = 'GET',
        private readonly array $headers = [],
        private readonly string $body = '',
    ) {
    }

    /** @throws RuntimeException when wrk cannot be run */
    public function run(int $connections, int $seconds): WrkResult
    {
        $script = (string) tempnam(sys_get_temp_dir(), 'bench');
        file_put_contents($script, $this->script());
        $command = sprintf(
            'wrk -t%d -c%d -d%ds --timeout 10s -s %s %s 2>&1',
            min(2, $connections), $connections, $seconds, escapeshellarg($script), escapeshellarg($this->url),
        );
        $output = (string) shell_exec($command);
        unlink($script);
        if (! preg_match('/^RESULT (\d+) ([\d.]+) ([\d.]+) ([\d.]+) (\d+)$/m', $output, $match)) {
            throw new RuntimeException("$command\n$output");
        }

        return new WrkResult((int) $match[1], (float) $match[2], (float) $match[3], (float) $match[4], (int) $match[5]);
    }

    private function script(): string
    {
        $lua = "wrk.method = '$this->method'\n";
        foreach ($this->headers as $name => $value) {
            $lua .= "wrk.headers['$name'] = [==[$value]==]\n";
        }
        if ($this->body !== '') {
            $lua .= "wrk.body = [==[$this->body]==]\n";
        }

        return $lua.<<<'LUA'
            done = function(summary, latency)
              local e = summary.errors
              io.write(string.format('RESULT %d %f %f %f %d\n', summary.requests, summary.duration / 1e6,
                latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
            end
            LUA;
    }
}
