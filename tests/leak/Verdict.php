<?php

declare(strict_types=1);

namespace LaravelBridge\Leak;

/** The table, and what is wrong. */
final class Verdict
{
    /** KiB by which medians of quarters may differ: pages that the allocator touches late. */
    private const MEMORY = 512;

    private const DESCRIPTORS = 1;

    private int $processes = 0;

    /** @var list<string> */
    private array $problems = [];

    public function add(string $part, int $requests, float $seconds, Watch $watch): void
    {
        printf("leaktest: %d requests, workers %s, %.0f s\n", $requests, $part, $seconds);
        printf("  %-10s %14s %14s %12s %14s %14s\n", '', 'MiB, quarter 2', 'MiB, quarter 4', 'bytes/req', 'fds, quarter 2', 'fds, quarter 4');
        foreach ($watch->names() as $name) {
            [$before, $after] = $watch->quarters($name, 1);
            [$open, $still] = $watch->quarters($name, 2);
            printf("  %-10s %14.2f %14.2f %12.1f %14.0f %14.0f\n", $name, $before / 1024, $after / 1024, $watch->slope($name), $open, $still);
            $this->processes++;
            if ($after - $before > self::MEMORY) {
                $this->fail(sprintf('%s grows: %.0f KiB from the second to the last quarter', $name, $after - $before));
            }
            if ($still - $open > self::DESCRIPTORS) {
                $this->fail(sprintf('%s opens descriptors: %.0f more', $name, $still - $open));
            }
        }
    }

    public function fail(string $problem): void
    {
        $this->problems[] = $problem;
    }

    /** @return int the exit code */
    public function close(string $report): int
    {
        foreach ($this->problems as $problem) {
            echo "leaktest: $problem\n";
        }
        echo $this->problems === [] ? "leaktest: flat\n" : "leaktest: NOT flat\n";
        if ($report !== '') {
            $failures = implode('', array_map(static fn (string $problem): string => '<failure message="'.htmlspecialchars($problem, ENT_XML1).'"/>', $this->problems));
            $failed = count($this->problems);
            file_put_contents($report, "<?xml version=\"1.0\"?>\n<testsuites><testsuite name=\"leak\" tests=\"{$this->processes}\" failures=\"$failed\"><testcase name=\"memory and descriptors are flat\">$failures</testcase></testsuite></testsuites>\n");
        }

        return $this->problems === [] ? 0 : 1;
    }
}
