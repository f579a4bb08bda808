<?php

declare(strict_types=1);

namespace LaravelBridge\Leak;

/** The table, and what is wrong. */
final class Verdict
{
    /** KiB by which medians of quarters may differ: PHP takes 2 MiB from the kernel at a time, and now and then more than it needs later. */
    private const MEMORY = 4096;

    /** The same for what PHP really uses, garbage not counted: caches that fill, by tables that double. */
    private const USED = 128;

    private const DESCRIPTORS = 1;

    private int $processes = 0;

    /** @var list<string> */
    private array $problems = [];

    public function add(string $part, int $requests, float $seconds, Watch $watch): void
    {
        printf("leaktest: %d requests, workers %s, %.0f s\n", $requests, $part, $seconds);
        printf("  %-10s %17s %11s %17s %11s %17s\n", '', 'MiB, quarter 2, 4', 'bytes/req', 'in PHP, KiB', 'KiB more', 'descriptors');
        foreach ($watch->names() as $name) {
            [$before, $after] = $watch->quarters($name, 1);
            [$open, $still] = $watch->quarters($name, 2);
            [$used, $later] = array_map(static fn (float $bytes): float => $bytes / 1024, $watch->quarters($name, 3));
            printf("  %-10s %8.2f %8.2f %11.1f %8.0f %8.0f %11.1f %8.0f %8.0f\n", $name, $before / 1024, $after / 1024, $watch->slope($name), $used, $later, $later - $used, $open, $still);
            $this->processes++;
            if ($after - $before > self::MEMORY) {
                $this->fail(sprintf('%s grows: %.0f KiB from the second to the last quarter', $name, $after - $before));
            }
            if ($later - $used > self::USED) {
                $this->fail(sprintf('%s: PHP uses more and more, %.0f KiB from the second to the last quarter', $name, $later - $used));
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
