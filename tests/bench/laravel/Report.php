<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

/** The table as it grows, the ratios that are to be reached, and everything as JSON. */
final class Report
{
    /** @var list<Measurement> */
    private array $all = [];

    public function __construct(private readonly string $path, private readonly int $seconds)
    {
        printf("%-9s %-7s %4s %10s %9s %9s %8s %8s %7s\n", 'scenario', 'who', 'c', 'requests/s', 'p50 ms', 'p99 ms', 'cpu us', 'PSS MiB', 'errors');
    }

    public function add(Measurement $one): void
    {
        $this->all[] = $one;
        $number = static fn (?float $value, int $digits): string => $value === null ? '-' : number_format($value, $digits, '.', '');
        printf("%-9s %-7s %4s %10s %9s %9s %8s %8s %7d\n", $one->scenario, $one->contestant, $one->connections ?: '-', $number($one->rate, 0),
            $number($one->p50, 2), $number($one->p99, 2), $number($one->cpu, 0), $number($one->memory, 1), $one->errors);
    }

    public function close(): void
    {
        $ratios = $this->ratios();
        echo "\n";
        foreach ($ratios as $ratio) {
            printf("%-9s %-7s c=%-4d %s\n", $ratio['scenario'], $ratio['who'], $ratio['c'], implode('   ', array_map(
                static fn (string $name): string => sprintf('%s %.2f', $name, $ratio[$name]),
                array_keys(array_slice($ratio, 3)),
            )));
        }
        $processor = preg_match('/^model name\s*:\s*(.*)$/m', (string) @file_get_contents('/proc/cpuinfo'), $match) ? $match[1] : '';
        file_put_contents($this->path, json_encode([
            'date' => date('c'),
            'processor' => $processor,
            'cores' => (int) shell_exec('nproc'),
            'php' => PHP_VERSION,
            'seconds' => $this->seconds,
            'measurements' => $this->all,
            'ratios' => $ratios,
        ], JSON_PRETTY_PRINT | JSON_THROW_ON_ERROR)."\n");
        echo "\n$this->path\n";
    }

    /** @return list<array<string, mixed>> of this server to the loops and to PHP-FPM, for each page and concurrency */
    private function ratios(): array
    {
        $ratios = [];
        foreach ($this->all as $one) {
            if (! in_array($one->contestant, ['bridge', 'request', 'boot'], true)) {
                continue;
            }
            $ratio = ['scenario' => $one->scenario, 'who' => $one->contestant, 'c' => $one->connections];
            if ($bare = $this->find($one->scenario, 'bare', 0)) {
                $ratio += ['rate/bare' => $one->rate / $bare->rate, 'cpu/bare' => $one->cpu / $bare->cpu];
            }
            if ($fpm = $this->find($one->scenario, 'fpm', $one->connections)) {
                $ratio += ['rate/fpm' => $one->rate / $fpm->rate, 'cpu/fpm' => $one->cpu / $fpm->cpu, 'PSS/fpm' => $one->memory / $fpm->memory];
            }
            $ratios[] = $ratio + ['p99/p50' => $one->p99 / $one->p50];
        }

        return $ratios;
    }

    private function find(string $scenario, string $contestant, int $connections): ?Measurement
    {
        foreach ($this->all as $one) {
            if ([$one->scenario, $one->contestant, $one->connections] === [$scenario, $contestant, $connections]) {
                return $one;
            }
        }

        return null;
    }
}
