<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use LaravelBridge\Autoload;
use LaravelBridge\Exceptions\CannotListen;
use LaravelBridge\Exceptions\WireViolation;
use LaravelBridge\Wire\ControlChannel;
use LaravelBridge\Wire\Hello;
use LaravelBridge\Wire\Message;
use LaravelBridge\Wire\WorkerConnection;
use RuntimeException;
use Throwable;

/**
 * Boots the application once, listens, and forks a worker for each connection. It serves no request itself, so it does
 * not grow; only without pcntl it is its own and only worker.
 *
 * Ends with the runtime's control channel, on SIGTERM or SIGINT, or, told to drain, with its last worker. Nothing that it
 * forked outlives it.
 */
final class Handler
{
    /** How long workers may take to finish what they do when the handler ends. */
    private const GRACE_SUPERVISED = 1.0;

    private const GRACE_BY_HAND = 10.0;

    private readonly Children $children;

    private readonly TickProcess $tickProcess;

    /** Whether somebody listens to ticks, and this handler has begun to serve. */
    private bool $ticking = false;

    private ?Listener $listener = null;

    private string $step = 'autoload';

    private bool $booting = false;

    private bool $draining = false;

    private int $stops = 0;

    private ?OpcodeCache $opcodeCache = null;

    public function __construct(
        private readonly Settings $settings,
        private readonly Bootloader $bootloader,
        private readonly ControlChannel $control,
        private readonly Native $native,
    ) {
        $this->children = new Children($this->childExited(...));
        $this->tickProcess = new TickProcess;
    }

    /**
     * @return int the code to exit with
     */
    public function run(): int
    {
        $started = hrtime(true);
        register_shutdown_function($this->bootEnded(...));
        $this->booting = true;
        try {
            $application = $this->bootloader->boot($this->enter(...));
            Autoload::ahead('Http', 'Laravel', 'Laravel/Resetters', 'Wire', 'Worker');
            $this->enter('listen');
            $this->listener = Listener::bind($this->settings->socketPath, $this->settings->socketMode);
        } catch (Throwable $e) {
            $this->booting = false;

            return $this->fail($e);
        }
        $this->booting = false;
        $this->opcodeCache = new OpcodeCache;
        $milliseconds = (int) ((hrtime(true) - $started) / 1e6);
        $notes = $this->bootloader->notes();
        if (! $this->canFork()) {
            $notes[] = 'ext-pcntl is missing: one connection at a time is served, without isolation.';
        }
        // Before the first worker can be asked for, which is as this process is.
        if (! Priority::back($this->settings->gaveWay)) {
            $notes[] = 'The priority given away for the boot cannot be taken back: workers have less of the processor.';
        }
        if (Debugger::possible()) {
            $notes[] = 'Xdebug may stop at breakpoints: there is one worker, and no deadline holds.';
        }
        $this->control->listening($this->listener->path(), $this->capacity(), $application->version(), $milliseconds, $notes);
        if (! $this->settings->supervised()) {
            $this->say(sprintf('Laravel %s booted in %d ms; listening on %s', $application->version(), $milliseconds, $this->listener->path()));
        }
        foreach ($notes as $note) {
            $this->say($note);
        }

        return $this->canFork() ? $this->forkLoop($application) : $this->serveAlone($application);
    }

    private function enter(string $step): void
    {
        $this->step = $step;
        $this->control->booting($step, Debugger::possible());
    }

    private function fail(Throwable $e): int
    {
        $this->control->failed($this->step, $e);
        $this->say($e instanceof CannotListen ? $e->getMessage() : "The application does not boot (step {$this->step}): {$e}");

        return 1;
    }

    /** A fatal error, or exit, in the middle of the boot. */
    private function bootEnded(): void
    {
        if (! $this->booting) {
            return;
        }
        $this->fail(FatalError::last() ?? new RuntimeException('The application ended the process while it booted.'));
        $this->native->exitNow(1);
    }

    private function canFork(): bool
    {
        return function_exists('pcntl_fork') && function_exists('posix_kill');
    }

    private function capacity(): int
    {
        return $this->canFork() && ! Debugger::possible() ? 0 : 1;
    }

    /** The one that asks a worker for its stack. Others mean something to a command of Laravel's that a request may call. */
    private function stackSignal(): int
    {
        return $this->canFork() ? SIGUSR1 : 0;
    }

    private function forkLoop(Application $application): int
    {
        pcntl_async_signals(true);
        // A handler that does nothing: what counts is that the signal ends the wait below.
        pcntl_signal(SIGCHLD, static fn () => null, false);
        pcntl_signal(SIGTERM, fn () => $this->stops++, false);
        pcntl_signal(SIGINT, fn () => $this->stops++, false);
        while ($this->stops === 0 && ! ($this->draining && $this->children->isEmpty())) {
            foreach ($this->wait() as $stream) {
                if ($stream === $this->control->stream()) {
                    if (! $this->obey()) {
                        return $this->end();
                    }
                } elseif ($this->listener !== null) {
                    $this->fork($application, $this->listener);
                }
            }
            $this->children->reap();
            $this->keepTicking($application);
        }

        return $this->end();
    }

    /**
     * @return list<resource>
     */
    private function wait(): array
    {
        $read = [];
        if ($this->control->stream() !== null) {
            $read[] = $this->control->stream();
        }
        if ($this->listener !== null && ! $this->draining) {
            $read[] = $this->listener->stream();
        }
        if ($read === []) {
            usleep(100_000);

            return [];
        }
        $none = null;
        // The second is for the one signal that arrives between looking and waiting.
        $ready = @stream_select($read, $none, $none, 1);

        return $ready === false || $ready === 0 ? [] : array_values($read); // @phpstan-ignore arrayValues.list (select leaves gaps)
    }

    /**
     * @return bool false when the runtime has ended
     */
    private function obey(): bool
    {
        try {
            do {
                $message = $this->control->next();
                if ($message === null) {
                    return false;
                }
                match (Message::type($message)) {
                    'drain' => $this->drain(),
                    'kill' => $this->kill($message['pid'] ?? null, $message['signal'] ?? null),
                    default => throw WireViolation::unexpected(Message::type($message), 'drain or kill'),
                };
            } while ($this->control->hasMore());
        } catch (WireViolation $e) {
            $this->say($e->getMessage());

            return false;
        }

        return true;
    }

    private function drain(): void
    {
        $this->draining = true;
        $this->listener?->remove();
        $this->listener = null;
        // The next generation has its own.
        $this->ticking = false;
        if ($this->tickProcess->pid() !== null) {
            posix_kill($this->tickProcess->pid(), SIGTERM);
        }
    }

    private function kill(mixed $pid, mixed $signal): void
    {
        if (! is_int($pid) || ! is_int($signal)) {
            throw WireViolation::badMember('kill', 'pid or signal');
        }
        // Only ours, and not yet reaped: the number cannot mean anybody else.
        if ($this->children->has($pid)) {
            posix_kill($pid, $signal);
        }
    }

    private function fork(Application $application, Listener $listener): void
    {
        $connection = $listener->accept();
        if ($connection === null) {
            return;
        }
        $parent = (int) getmypid();
        $pid = pcntl_fork();
        if ($pid === -1) {
            $this->say('Cannot fork: '.pcntl_strerror(pcntl_get_last_error()));
            fclose($connection);

            return;
        }
        if ($pid === 0) {
            $this->becomeWorker($application, $listener, $connection, $parent);
        }
        fclose($connection);
        if ($this->children->isEmpty()) {
            $this->ticking = $application->ticks();
        }
        $this->children->add($pid);
        $this->control->forked($pid);
    }

    /** From the first worker on: a generation that nobody has opened a connection to may never serve. */
    private function keepTicking(Application $application): void
    {
        $now = hrtime(true) / 1e9;
        if (! $this->ticking || $this->listener === null || ! $this->tickProcess->wanted($now)) {
            return;
        }
        $parent = (int) getmypid();
        $pid = pcntl_fork();
        if ($pid === -1) {
            $this->say('Cannot fork for ticks: '.pcntl_strerror(pcntl_get_last_error()));
            $this->tickProcess->ended($now);

            return;
        }
        if ($pid === 0) {
            $this->becomeChild($this->listener, $parent);
            $ticker = new Ticker($application, new Retirement($this->settings->maxRequests, $this->settings->memoryLimit), $this->native);
            pcntl_signal(SIGTERM, $ticker->stop(...), false);
            $application->forked();
            $ticker->run($parent);
        }
        $this->tickProcess->begun($pid, $now);
        $this->children->add($pid);
        $this->control->forked($pid, 'ticks');
    }

    /**
     * @param  resource  $connection
     */
    private function becomeWorker(Application $application, Listener $listener, mixed $connection, int $parent): never
    {
        $this->becomeChild($listener, $parent);
        $this->native->keepFromChildren($connection);
        $worker = $this->worker($application, $connection);
        pcntl_signal(SIGTERM, $worker->stop(...), false);
        // Not restarted: the call that a stuck worker waits in ends, and its stack can be told.
        pcntl_signal($this->stackSignal(), $worker->tellStack(...), false);
        $application->forked();
        $worker->leave($worker->run($this->hello($application)));
    }

    private function becomeChild(Listener $listener, int $parent): void
    {
        $listener->close();
        $this->listener = null;
        $this->control->close();
        $this->children->forget();
        pcntl_signal(SIGCHLD, SIG_DFL);
        // Ctrl-C reaches the whole group of a terminal; the handler decides what it means.
        pcntl_signal(SIGINT, SIG_IGN);
        if ($this->native->dieWithParent(SIGKILL) && posix_getppid() !== $parent) {
            $this->native->exitNow(0);
        }
        mt_srand(random_int(PHP_INT_MIN, PHP_INT_MAX));
    }

    private function serveAlone(Application $application): int
    {
        $application->forked();
        while ($this->listener !== null && ! $this->draining) {
            foreach ($this->wait() as $stream) {
                if ($stream === $this->control->stream()) {
                    if (! $this->obey()) {
                        break 2;
                    }

                    continue;
                }
                $connection = $this->listener?->accept(); // @phpstan-ignore nullsafe.neverNull (obey() may drain)
                if ($connection !== null) {
                    $this->worker($application, $connection)->run($this->hello($application));
                }
            }
        }
        $this->listener?->remove();
        $application->stop();

        return 0;
    }

    /**
     * @param  resource  $connection
     */
    private function worker(Application $application, mixed $connection): Worker
    {
        return new Worker(
            $application,
            new WorkerConnection($connection),
            new Retirement($this->settings->maxRequests, $this->settings->memoryLimit),
            $this->native,
            $this->settings->isolation,
            $this->opcodeCache,
        );
    }

    private function hello(Application $application): Hello
    {
        return new Hello(
            (int) getmypid(),
            $application->version(),
            $this->settings->generation,
            $this->settings->supervised(),
            $application->path(),
            $this->capacity(),
            $this->stackSignal(),
            Debugger::possible(),
        );
    }

    private function childExited(int $pid, int $code, int $signal, float $user, float $system, int $peak): void
    {
        $what = 'worker';
        if ($this->tickProcess->is($pid)) {
            $what = 'the process that ticks,';
            $this->tickProcess->ended(hrtime(true) / 1e9);
        }
        $this->control->exited($pid, $code, $signal, $user, $system, $peak);
        if (! $this->settings->supervised() && ($code !== 0 || ($signal !== 0 && $this->stops === 0))) {
            $this->say("{$what} {$pid} ended with ".($signal === 0 ? "code {$code}" : "signal {$signal}"));
        }
    }

    /**
     * Asks the workers to finish, then kills what is left. A second SIGTERM or SIGINT shortens it.
     */
    private function end(): int
    {
        $this->listener?->remove();
        $this->listener = null;
        $stops = $this->stops;
        $deadline = microtime(true) + ($this->settings->supervised() ? self::GRACE_SUPERVISED : self::GRACE_BY_HAND);
        for ($i = 0; ! $this->children->isEmpty() && microtime(true) < $deadline && $this->stops === $stops; $i++) {
            if ($i % 25 === 0) {
                // More than once: a signal may come in the instant before a worker goes to sleep over its socket.
                $this->children->signalAll(SIGTERM);
            }
            usleep(10_000);
            $this->children->reap();
        }
        $this->children->signalAll(SIGKILL);
        for ($i = 0; $i < 100 && ! $this->children->isEmpty(); $i++) {
            $this->children->reap();
            usleep(10_000);
        }

        return 0;
    }

    private function say(string $text): void
    {
        fwrite(STDERR, "handler: {$text}\n");
    }
}
