<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

use Generator;
use LaravelBridge\E2e\Support\Descriptors;

/**
 * What goes wrong, and what is planned, side by side: each track is a generator that yields the seconds until it wants to go on. Everything that may cost a
 * request is written down: which processes were killed, and from when to when nothing could be served.
 */
final class Faults
{
    /** By how much later a client may read its answer where the machine is busy; what it was lost to is told by the log, too. */
    private const READ_LATE = 10;

    /** A second, of the two listening sockets. */
    private const ACCEPT_TRIES = 20;

    /** @var array<string, int> fault => how often it has happened */
    public array $times = ['handler killed' => 0];

    /** @var array<int, string> pid of a worker => the fault that ended it */
    public array $killed = [];

    /** @var list<array{fault: string, from: float, to: float}> */
    public array $windows = [];

    /** @var list<string> */
    public array $problems = [];

    /** @var array<string, array{Generator<int, float|int>, float}> */
    private array $tracks = [];

    private bool $finishing = false;

    public function __construct(
        private readonly Unit $unit,
        private readonly ServerLog $log,
        private readonly Load $load,
        private readonly Questions $questions,
        private readonly Application $application,
        private readonly ?Disk $spoolDisk,
        private readonly ?Disk $logDisk,
    ) {
        foreach ([
            'generations' => $this->generations(), 'scale' => $this->scale(), 'spool' => $this->spool(), 'misbehaviour' => $this->misbehaviour(),
            'SIGKILL' => $this->killWorkers(SIGKILL, 0.25), 'SIGSEGV' => $this->killWorkers(SIGSEGV, 0.9), 'SIGSTOP' => $this->killWorkers(SIGSTOP, 3),
        ] as $name => $track) {
            $this->tracks[$name] = [$track, microtime(true) + mt_rand(0, 500) / 1000];
        }
    }

    public function turn(): void
    {
        foreach ($this->tracks as $name => [$track, $next]) {
            $now = microtime(true);
            if ($next <= $now && $track->valid()) {
                $track->next();
                $this->tracks[$name][1] = $now + ($track->valid() ? $track->current() : 0);
            }
        }
    }

    /** What is under way with the handler comes to its end; nothing new begins. @param  callable(callable(): bool): bool  $turns */
    public function finish(callable $turns): void
    {
        $this->finishing = true;
        $this->spoolDisk?->makeRoom();
        [$generations] = $this->tracks['generations'];
        $this->tracks = array_intersect_key($this->tracks, ['generations' => true]);
        $turns(function () use ($generations): bool {
            $this->turn();

            return ! $generations->valid();
        });
    }

    /** @return list<int> */
    public function workers(): array
    {
        return Tree::children($this->log->handlers[$this->log->serving] ?? 0);
    }

    private function count(string $fault): void
    {
        $this->times[$fault] = ($this->times[$fault] ?? 0) + 1;
    }

    /**
     * @param  callable(): bool  $condition
     * @return Generator<int, float|int>
     */
    private function until(callable $condition, string $what): Generator
    {
        $end = microtime(true) + 60;
        while (! $condition()) {
            if (microtime(true) > $end) {
                $this->problems[] = "waited in vain: $what";

                return;
            }
            yield 0.01;
        }
    }

    /** @return Generator<int, float|int> */
    private function generations(): Generator
    {
        for ($round = 0; ; $round++) {
            for ($i = 0; $i < 5; $i++) {
                yield 1.2;
                if ($this->finishing) {
                    return;
                }
                yield from $this->reload();
            }
            // Early: what grows slowly is seen in a server that lives long.
            if ($round < 2) {
                yield from $this->restart();
            }
            yield from $this->exhaustDescriptors();
            yield from match ($round % 4) {
                0 => $this->failToBoot(),
                1 => $this->killServingHandler(),
                2 => $this->killBootingHandler(),
                default => $this->killDrainingHandler(),
            };
            if ($round % 4 === 1) {
                yield from $this->freezeHandler();
            }
            yield 0.5;
        }
    }

    /** @return Generator<int, float|int> */
    private function reload(): Generator
    {
        $before = $this->log->serving;
        $this->unit->server->signal(SIGHUP);
        yield from $this->until(fn (): bool => $this->log->serving > $before, 'a reload ends');
        $this->count('reload');
    }

    /** As a service manager restarts it, which keeps the socket. @return Generator<int, float|int> */
    private function restart(): Generator
    {
        $old = $this->unit->server;
        $old->signal(SIGTERM);
        yield from $this->until(static fn (): bool => ! $old->running(), 'a server ends');
        if ($old->exitCode() !== 0) {
            $this->problems[] = 'a restarted server has ended with code '.$old->exitCode();
        }
        $this->unit->start();
        $this->log->follow($this->unit->server->output);
        yield from $this->until(fn (): bool => $this->unit->ready(), 'a restarted server is ready');
        $this->count('restart');
    }

    /** Who comes new waits, and what cannot be done without one is refused. @return Generator<int, float|int> */
    private function exhaustDescriptors(): Generator
    {
        $failures = $this->unit->acceptFailures();
        $from = microtime(true);
        $window = count($this->windows);
        $this->windows[] = ['fault' => 'descriptors exhausted', 'from' => $from, 'to' => INF];
        $taken = Descriptors::take($this->unit->server->pid);
        yield 1.5;
        $taken->giveBack();
        $lasted = microtime(true) - $from;
        $this->windows[$window]['to'] = microtime(true) + self::READ_LATE;
        $failures = $this->unit->acceptFailures() - $failures;
        if ($failures > self::ACCEPT_TRIES * $lasted + 2) {
            $this->problems[] = sprintf('%d attempts to accept in %.1f s: it does not rest', $failures, $lasted);
        }
        if ($failures > 0) {
            $this->count('descriptors exhausted');
        }
    }

    /** @return Generator<int, float|int> */
    private function killServingHandler(): Generator
    {
        $before = $this->log->serving;
        $this->killHandler($this->log->handlers[$before] ?? 0);
        yield from $this->until(fn (): bool => $this->log->serving > $before, 'a killed handler is replaced');
    }

    /** Its predecessor goes on. @return Generator<int, float|int> */
    private function killBootingHandler(): Generator
    {
        $failed = $this->log->reloadsFailed;
        $known = Tree::children($this->unit->server->pid);
        $this->unit->server->signal(SIGHUP);
        $fresh = fn (): array => array_diff(Tree::children($this->unit->server->pid), $known);
        yield from $this->until(static fn (): bool => $fresh() !== [], 'a handler is started');
        yield 0.1;
        $this->killHandler(array_values($fresh())[0] ?? 0);
        yield from $this->until(fn (): bool => $this->log->reloadsFailed > $failed, 'a reload fails');
    }

    /** @return Generator<int, float|int> */
    private function killDrainingHandler(): Generator
    {
        $old = $this->log->handlers[$this->log->serving] ?? 0;
        yield from $this->reload();
        $this->killHandler($old);
    }

    /** Its workers go with it. */
    private function killHandler(int $pid): void
    {
        if ($pid === 0 || ! posix_kill($pid, SIGSTOP)) {
            return;
        }
        foreach (Tree::children($pid) as $worker) {
            $this->killed[$worker] ??= 'handler killed';
        }
        posix_kill($pid, $this->times['handler killed'] % 2 === 0 ? SIGKILL : SIGSEGV);
        posix_kill($pid, SIGCONT);
        $this->count('handler killed');
    }

    /** It forks no more, and when its last worker is gone it is replaced. @return Generator<int, float|int> */
    private function freezeHandler(): Generator
    {
        $before = $this->log->serving;
        $pid = $this->log->handlers[$before] ?? 0;
        posix_kill($pid, SIGSTOP);
        foreach (Tree::children($pid) as $worker) {
            $this->killed[$worker] ??= 'handler frozen';
            posix_kill($worker, SIGKILL);
        }
        yield from $this->until(fn (): bool => $this->log->serving > $before, 'a frozen handler is replaced');
        $this->count('handler frozen');
    }

    /** First a reload, which must cost nothing; then there is no handler any more, and none boots. @return Generator<int, float|int> */
    private function failToBoot(): Generator
    {
        $failed = $this->log->reloadsFailed;
        $this->application->break();
        $this->unit->server->signal(SIGHUP);
        yield from $this->until(fn (): bool => $this->log->reloadsFailed > $failed, 'a reload of a broken application fails');
        $this->count('failed reload');

        $before = $this->log->serving;
        $window = count($this->windows);
        $this->windows[] = ['fault' => 'boot fails', 'from' => microtime(true), 'to' => INF];
        $this->killHandler($this->log->handlers[$before] ?? 0);
        yield 1.2;
        $this->application->heal();
        $this->count('boot fails');
        yield from $this->until(fn (): bool => $this->log->serving > $before, 'a healed application serves');
        $this->windows[$window]['to'] = microtime(true) + self::READ_LATE;
    }

    /** @return Generator<int, float|int> */
    private function killWorkers(int $signal, float $pause): Generator
    {
        $fault = [SIGKILL => 'worker SIGKILL', SIGSEGV => 'worker SIGSEGV', SIGSTOP => 'worker SIGSTOP'][$signal];
        while (true) {
            yield $pause * mt_rand(50, 150) / 100;
            $workers = array_values(array_diff($this->workers(), array_keys($this->killed)));
            if ($workers !== []) {
                $pid = $workers[mt_rand(0, count($workers) - 1)];
                if (posix_kill($pid, $signal)) {
                    $this->killed[$pid] = $fault;
                    $this->count($fault);
                }
            }
        }
    }

    /** @return Generator<int, float|int> */
    private function scale(): Generator
    {
        while (true) {
            foreach ([10 => 'grow', 3 => 'shrink'] as $clients => $name) {
                $this->load->regulars($clients);
                $end = microtime(true) + ($clients > 3 ? 4 : 2);
                $seen = false;
                while (microtime(true) < $end) {
                    $now = count($this->workers());
                    $seen = $seen || ($clients > 3 ? $now >= 5 : $now > 0 && $now <= 3);
                    yield 0.05;
                }
                if ($seen) {
                    $this->count($name);
                }
            }
        }
    }

    /** @return Generator<int, float|int> */
    private function spool(): Generator
    {
        for ($round = 0; ; $round++) {
            yield 2.5;
            $from = microtime(true);
            $full = $round % 2 === 1 ? $this->spoolDisk : null;
            $full?->fill();
            $fault = $full === null ? 'spool full' : 'spool disk full';
            for ($i = 0; $i < ($full === null ? 9 : 2); $i++) {
                $this->load->visit($this->questions->large());
            }
            $this->windows[] = ['fault' => $fault, 'from' => $from, 'to' => $from + ($full === null ? 5 : 1) + self::READ_LATE];
            yield 0.4;
            $full?->makeRoom();
            $this->count($fault);
            if ($this->logDisk?->isFull()) {
                $this->times['log disk full'] = 1;
            }
        }
    }

    /** @return Generator<int, float|int> */
    private function misbehaviour(): Generator
    {
        for ($i = 0; ; $i++) {
            yield 0.12;
            $this->load->visit($question = match ($i % 5) {
                0 => $this->questions->half(),
                1 => $this->questions->slowBody(),
                2 => $this->questions->stalled(),
                default => $this->questions->aborted(),
            });
            $this->count($question->kind);
        }
    }
}
