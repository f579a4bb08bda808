<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;

/** One run: start, warm up, break things, calm down, stop under load; then the tables and the verdict. */
final class Chaos
{
    private const WORKERS = 2;

    private const SETTINGS = [
        'SOCKET_POOL_MIN' => '2',
        'SOCKET_POOL_MAX' => '6',
        'POOL_IDLE_TIMEOUT' => '0.5',
        'WORKER_MAX_REQUESTS' => '40',
        'REQUEST_TIMEOUT' => '6',
        'TERMINATE_TIMEOUT' => '6',
        'HANDOVER_TIMEOUT' => '3',
        'SOCKET_CONNECTION_TIMEOUT' => '6',
        'SOCKET_HEALTH_CHECK_INTERVAL' => '1',
        'QUEUE_TIMEOUT' => '30',
        'SHUTDOWN_TIMEOUT' => '30',
        'HEADER_TIMEOUT' => '5',
        'BODY_IDLE_TIMEOUT' => '5',
        'BODY_MEMORY_LIMIT' => '16K',
        'SPOOL_MAX_BYTES' => '3M',
    ];

    /** How often each fault has to happen in a whole run. */
    private const LEAST = [
        'reload' => 20, 'failed reload' => 1, 'recycle' => 20, 'grow' => 3, 'shrink' => 3,
        'worker SIGKILL' => 140, 'worker SIGSEGV' => 40, 'worker SIGSTOP' => 8, 'handler killed' => 3, 'boot fails' => 1,
        'handler frozen' => 1, 'restart' => 2, 'descriptors exhausted' => 2,
        'half' => 20, 'slow body' => 20, 'stalled' => 20, 'aborted' => 40, 'spool full' => 3, 'spool disk full' => 3, 'log disk full' => 1,
    ];

    private const LEAST_REQUESTS = 20000;

    private const LEAST_WORKER_KILLS = 200;

    private Unit $unit;

    private ServerLog $log;

    private Load $load;

    private Ledger $ledger;

    private Faults $faults;

    private Verdict $verdict;

    private Samples $samples;

    /**
     * @param  float  $share  of the numbers above: 1 is a whole run
     * @param  float  $seconds  goes on for so long at least, and until all of that has happened
     * @param  float  $limit  but no longer than this: then the run has failed
     */
    public function __construct(private readonly float $share, private readonly float $seconds, private readonly float $limit)
    {
        $this->verdict = new Verdict;
        $this->ledger = new Ledger;
    }

    public function run(string $report): int
    {
        $folder = Server::folder();
        mkdir("$folder/spool");
        mkdir("$folder/logs");
        $spoolDisk = Disk::mount("$folder/spool", '8M');
        $logDisk = Disk::mount("$folder/logs", '512K');
        $application = Application::copy(Server::application(), "$folder/app");
        $this->unit = new Unit(self::SETTINGS + ['LARAVEL_PATH' => $application->folder], $folder);
        $this->log = new ServerLog($this->unit->server->output);
        $questions = new Questions;
        $this->load = new Load($this->unit->address(), $questions, $this->ledger);
        $this->faults = new Faults($this->unit, $this->log, $this->load, $questions, $application, $spoolDisk, $logDisk);

        $this->warmUp();
        $openFiles = Processes::openFiles($this->unit->server->pid);
        $this->samples = new Samples;
        $started = microtime(true);
        $this->breakThings($started, $spoolDisk !== null);
        $lasted = microtime(true) - $started;
        $this->calmDown($openFiles);
        $this->stop();

        $this->judge($spoolDisk !== null, $lasted);
        printf("\n%d requests in %.0f s, %.0f a second; server at the end: %s\n", $this->ledger->total(), $lasted, $this->ledger->total() / $lasted,
            $this->samples->summary());
        $this->verdict->print();
        if ($report !== '') {
            $this->verdict->report($report);
        }
        $spoolDisk?->unmount();
        $logDisk?->unmount();
        if ($this->verdict->holds()) {
            Folders::remove($folder);
        } else {
            echo "  What the server said is in $folder\n";
        }

        return $this->verdict->holds() ? 0 : 1;
    }

    /** @param  callable(): bool  $until */
    private function turns(callable $until, float $seconds): bool
    {
        $end = microtime(true) + $seconds;
        while (! $until()) {
            if (microtime(true) > $end) {
                return false;
            }
            $this->load->turn();
            $this->log->read();
        }

        return true;
    }

    private function warmUp(): void
    {
        $this->load->regulars(8);
        $this->turns(fn (): bool => $this->ledger->answered() >= 400, 120);
        $this->load->regulars(0);
        $this->turns(fn (): bool => $this->atRest() === '', 60);
    }

    private function breakThings(float $started, bool $disks): void
    {
        $enough = fn (): bool => microtime(true) - $started >= $this->seconds && $this->missing($disks) === [];
        $this->turns(function () use ($enough): bool {
            $this->faults->turn();
            $this->samples->take($this->unit->server->pid);
            $this->faults->times['recycle'] = $this->log->retired;

            return $enough();
        }, $this->limit);
    }

    /** No more faults; soon all must be as it was. */
    private function calmDown(int $openFiles): void
    {
        $this->faults->finish(fn (callable $until) => $this->turns($until, 90));
        $this->load->regulars(4);
        $this->turns(static fn (): bool => false, 2);
        $this->load->regulars(0);
        $this->turns(fn (): bool => $this->atRest() === '' && $this->load->isOver(), 60);
        $this->verdict->must('the state at the end is that of the start: handler, workers, spool, sockets', $this->atRest() === '', $this->atRest());
        $this->turns(fn (): bool => Processes::openFiles($this->unit->server->pid) <= $openFiles, 5);
        $now = Processes::openFiles($this->unit->server->pid);
        $this->verdict->must("open files of the server are flat: $openFiles at the start, $now at the end", $now <= $openFiles);
        $this->verdict->must('memory of the server is flat: '.$this->samples->summary(), $this->samples->flat());
    }

    /** Why the server is not yet as it is when nobody asks anything; empty: it is. */
    private function atRest(): string
    {
        $handlers = Processes::children($this->unit->server->pid);
        $workers = count($handlers) === 1 ? Processes::children($handlers[0]) : [];
        $spooled = array_filter(Folders::files($this->unit->server->folder.'/spool'), static fn (string $path): bool => ! in_array(basename($path), ['owner', 'filler'], true));
        $sockets = array_map(basename(...), glob($this->unit->server->folder.'/bridge.sock*') ?: []);

        return match (true) {
            ! $this->unit->server->running() => 'the server has ended: '.$this->unit->server->lastWords(),
            count($handlers) !== 1 => count($handlers).' handlers',
            count($workers) !== self::WORKERS => count($workers).' workers',
            count(Processes::descendants($this->unit->server->pid)) !== 1 + self::WORKERS => 'stray processes',
            $spooled !== [] => 'left in the spool: '.implode(' ', $spooled),
            $sockets !== ['bridge.sock', 'bridge.sock.admin'] => 'sockets: '.implode(' ', $sockets),
            default => '',
        };
    }

    /** SIGTERM while clients ask; each gets the answer to what it has asked. */
    private function stop(): void
    {
        $this->load->regulars(8);
        $this->turns(static fn (): bool => false, 1);
        $descendants = Processes::descendants($this->unit->server->pid);
        $before = count($this->ledger->losses());
        $this->load->lastQuestions();
        $this->unit->server->signal(SIGTERM);
        $this->turns(fn (): bool => $this->load->isOver(), 60);
        $lost = array_slice($this->ledger->losses(), $before, null, true);
        $this->verdict->must('a stop under load loses no request', $lost === [], (string) json_encode($lost));
        $code = $this->unit->server->exitCode();
        $this->log->read();
        $this->verdict->must('it ends with code 0', $code === 0, "code $code");
        $this->verdict->must('no process is left', array_filter($descendants, Processes::alive(...)) === []);
        $left = [...(glob($this->unit->server->folder.'/bridge.sock*') ?: []), ...Folders::files($this->unit->server->folder.'/spool')];
        $this->verdict->must('no file is left', $left === [], implode(' ', $left));
    }

    /** @return list<string> */
    private function missing(bool $disks): array
    {
        $missing = [];
        $times = $this->faults->times + ['requests' => $this->ledger->total()];
        $times['worker kills'] = ($times['worker SIGKILL'] ?? 0) + ($times['worker SIGSEGV'] ?? 0) + ($times['worker SIGSTOP'] ?? 0);
        foreach (self::LEAST + ['requests' => self::LEAST_REQUESTS, 'worker kills' => self::LEAST_WORKER_KILLS] as $fault => $least) {
            $least = (int) ceil($least * $this->share);
            if (($times[$fault] ?? 0) < $least && ($disks || ! str_contains($fault, 'disk'))) {
                $missing[] = "$fault: ".($times[$fault] ?? 0)." of $least";
            }
        }

        return $missing;
    }

    private function judge(bool $disks, float $lasted): void
    {
        $account = new Account($this->ledger, $this->log, $this->faults);
        $account->print();
        $wrong = $this->ledger->wrong();
        $more = array_filter($account->perWorker, static fn (int $requests): bool => $requests > 1);
        $missing = $this->missing($disks);
        $show = static fn (array $lines): string => implode("\n", array_slice($lines, 0, 20)).(count($lines) > 20 ? "\n... ".count($lines) : '');
        $this->verdict->must('no answer reaches the wrong client', $wrong === [], $show($wrong));
        $this->verdict->must('planned events lose no request, and every other loss is owed to a fault', $account->unexplained === [], $show($account->unexplained));
        $this->verdict->must('a killed worker costs the one request that it was running', $more === [], (string) json_encode($more));
        $this->verdict->must(sprintf('every fault has happened, within %.0f of %.0f s', $lasted, $this->limit).($disks ? '' : ' (but for full disks, which need root)'), $missing === [], $show($missing));
        $this->verdict->must('nothing waited in vain', $this->faults->problems === [], $show($this->faults->problems));
        $this->verdict->must('nothing alarming in the log', $this->log->alarming === [], $show($this->log->alarming));
    }
}
