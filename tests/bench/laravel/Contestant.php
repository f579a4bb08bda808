<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

/** One way of running the application. */
abstract class Contestant
{
    public function __construct(public readonly string $name, protected readonly Application $application)
    {
    }

    abstract public function start(): void;

    abstract public function measure(Scenario $scenario, int $connections, int $seconds): Measurement;

    /** Ends what was started; may be called at any time. */
    abstract public function stop(): void;
}
