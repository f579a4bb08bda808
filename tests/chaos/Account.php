<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** Says for every request that was lost to which fault it is owed. What can be laid to none of them was lost by an event that may cost nothing. */
final class Account
{
    /** @var array<string, array<string, int>> fault => outcome => number */
    public array $owed = [];

    /** @var list<string> */
    public array $unexplained = [];

    /** @var array<int, int> pid of a killed worker => requests that it took with it */
    public array $perWorker = [];

    public function __construct(private readonly Ledger $ledger, private readonly ServerLog $log, private readonly Faults $faults)
    {
        foreach ($ledger->losses() as $number => $loss) {
            $fault = $this->faultOf($number, $loss);
            if ($fault === null) {
                $known = $this->log->failed[Question::idOf($number)] ?? ['pid' => 0, 'error' => 'not in the access log'];
                $this->unexplained[] = sprintf('%s %s: %s, pid %d %s', Question::idOf($number), $loss['kind'], $loss['outcome'], $known['pid'], $known['error']);
            } else {
                $this->owed[$fault][$loss['outcome']] = ($this->owed[$fault][$loss['outcome']] ?? 0) + 1;
            }
        }
    }

    /** @param  array{kind: string, status: int, at: float, outcome: string}  $loss */
    private function faultOf(int $number, array $loss): ?string
    {
        ['pid' => $pid, 'error' => $error] = $this->log->failed[Question::idOf($number)] ?? ['pid' => 0, 'error' => ''];
        if ($pid !== 0 && isset($this->faults->killed[$pid])) {
            $fault = $this->faults->killed[$pid];
            $right = $fault === 'worker SIGSTOP' ? in_array($loss['outcome'], ['502', '504', 'cut'], true) : in_array($loss['outcome'], ['502', 'cut'], true);
            $this->perWorker[$pid] = ($this->perWorker[$pid] ?? 0) + 1;

            return $right ? $fault : null;
        }
        // In debug, the page that names the reason is an answer like any other.
        $fault = ['' => 'boot fails', 'NoWorkers' => 'boot fails', 'SpoolFull' => 'spool full', 'DiskFull' => 'spool disk full',
            'NoDescriptors' => 'descriptors exhausted'][$error] ?? null;
        foreach ($this->faults->windows as $window) {
            if ($window['fault'] === $fault && $loss['at'] >= $window['from'] && $loss['at'] <= $window['to']
                && $loss['outcome'] === ($fault === 'spool disk full' ? '507' : '503')) {
                return $fault;
            }
        }

        return null;
    }

    public function print(): void
    {
        $kinds = $this->ledger->counts();
        ksort($kinds);
        $outcomes = array_unique(array_merge(...array_map(array_keys(...), array_values($kinds)) ?: [[]]));
        sort($outcomes, SORT_STRING);
        self::table('requests', $kinds, array_map(strval(...), $outcomes));
        $faults = [];
        foreach ($this->faults->times as $fault => $times) {
            $faults[$fault] = ['times' => $times] + ($this->owed[$fault] ?? []);
        }
        self::table('faults and what they cost', $faults, ['times', '502', '503', '504', '507', 'cut']);
    }

    /**
     * @param  array<string, array<int|string, int>>  $rows
     * @param  list<string>  $columns
     */
    private static function table(string $title, array $rows, array $columns): void
    {
        printf("\n%-26s%s\n", $title, implode('', array_map(static fn (string $column): string => sprintf('%12.11s', $column), $columns)));
        foreach ($rows as $name => $cells) {
            printf("  %-24s%s\n", $name, implode('', array_map(static fn (string $column): string => sprintf('%12s', $cells[$column] ?? '-'), $columns)));
        }
    }
}
