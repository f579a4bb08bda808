<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * The inside of the process that ticks: once a second what the application listens for, and never two of them at once.
 * It ends with its handler, when it is told to, after the running tick, and when it has lived long enough.
 */
final class Ticker
{
    private const SECOND = 1_000_000_000;

    private bool $stopping = false;

    private bool $resting = false;

    public function __construct(private readonly Application $application, private readonly Retirement $retirement, private readonly Native $native)
    {
    }

    /**
     * @param  int  $parent  the handler
     */
    public function run(int $parent): never
    {
        $limit = max(0, (int) get_cfg_var('max_execution_time'));
        $ticks = 0;
        for ($next = hrtime(true); posix_getppid() === $parent; $next = max($next + self::SECOND, hrtime(true))) {
            $this->rest((int) (($next - hrtime(true)) / 1000));
            set_time_limit($limit);
            $this->application->tick();
            set_time_limit(0);
            gc_collect_cycles();
            if ($this->retirement->why(++$ticks, memory_get_usage(true)) !== null) {
                break;
            }
        }
        $this->leave();
    }

    /** A signal handler. */
    public function stop(): void
    {
        $this->stopping = true;
        if ($this->resting) {
            $this->leave();
        }
    }

    private function rest(int $microseconds): void
    {
        $this->resting = true;
        // In this order: a signal from here on ends the process itself.
        if ($this->stopping) {
            $this->leave();
        }
        if ($microseconds > 0) {
            usleep($microseconds);
        }
        $this->resting = false;
    }

    private function leave(): never
    {
        $this->resting = false;
        $this->application->stop();
        register_shutdown_function(function (): void {
            // Registered last, but what is registered meanwhile runs still later.
            register_shutdown_function(fn () => $this->native->exitNow(0));
        });
        exit(0);
    }
}
