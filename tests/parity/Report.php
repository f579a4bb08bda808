<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

/** Compares, prints what nothing explains, and counts. */
final class Report
{
    private int $played = 0;

    private int $failed = 0;

    /** @var array<string, int> scenarios by row */
    private array $explained = [];

    /**
     * @param  bool  $complete  whether everything that a scenario names must differ
     */
    public function __construct(private readonly Rows $rows, private readonly bool $verbose, private readonly bool $complete)
    {
    }

    /**
     * @param  array<string, string>  $expected
     * @param  array<string, array<string, string>>  $found  by contender
     */
    public function add(Scenario $scenario, array $expected, array $found): void
    {
        $this->played++;
        $explained = $unexplained = $used = [];
        foreach ($found as $name => $items) {
            foreach (array_unique([...array_keys($expected), ...array_keys($items)]) as $item) {
                $theirs = $expected[$item] ?? null;
                $own = $items[$item] ?? null;
                if ($theirs === $own) {
                    continue;
                }
                $row = $scenario->explains($item);
                $row = $row !== null && $this->rows->has($row) && ! $this->rows->holdsFor($row, $name) ? null : $row;
                $line = sprintf("    %-8s %s\n        fpm   %s\n        here  %s", $name, $item, self::short($theirs, $own), self::short($own, $theirs));
                if ($row === null) {
                    $unexplained[] = $line;
                } else {
                    $used[$row] = true;
                    $explained[] = "$line\n        `$row`";
                }
            }
        }
        foreach (array_keys($scenario->differs) as $row) {
            if (! $this->rows->has($row)) {
                $unexplained[] = "    docs/differences.md has no row `$row`";
            } elseif (isset($used[$row])) {
                $this->explained[$row] = ($this->explained[$row] ?? 0) + 1;
            } elseif ($this->complete) {
                $unexplained[] = "    nothing differs that row `$row` would explain";
            }
        }
        $this->failed += $unexplained === [] ? 0 : 1;
        $lines = [...$unexplained, ...($this->verbose ? $explained : [])];
        if ($lines !== []) {
            echo "{$scenario->topic}: {$scenario->name}\n", implode("\n", $lines), "\n";
        }
    }

    /** @return int the exit code */
    public function close(): int
    {
        ksort($this->explained);
        printf("parity: %d scenarios, %d fail; the differences of the others are explained by these rows of docs/differences.md: %s\n", $this->played, $this->failed, implode(', ', array_keys($this->explained)) ?: 'none');

        return $this->failed === 0 && $this->played > 0 ? 0 : 1;
    }

    /** From a little before where it first differs from the other. */
    private static function short(?string $value, ?string $other): string
    {
        if ($value === null) {
            return '-';
        }
        $from = max(0, strspn($value ^ (string) $other, "\0") - 40);
        $shown = addcslashes(substr($value, $from, 200), "\0..\37\177..\377");

        return ($from > 0 ? '…' : '').$shown.($from + 200 < strlen($value) ? '…' : '');
    }
}
