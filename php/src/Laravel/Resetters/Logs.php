<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Log\Logger;
use Illuminate\Log\LogManager;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;
use Monolog\ResettableInterface;

/**
 * Context that a request attached to the log, and what Monolog's processors and handlers gathered. Channels stay open.
 */
final class Logs implements Resetter
{
    private readonly ?LogManager $manager;

    private readonly ?ObjectState $state;

    public function __construct(Application $app)
    {
        $manager = $app->resolved('log') ? $app->make('log') : null;
        $this->manager = $manager instanceof LogManager ? $manager : null;
        $this->state = $this->manager === null ? null : ObjectState::of($this->manager, ['channels']);
    }

    public function reset(): void
    {
        if ($this->manager === null) {
            return;
        }
        $this->state?->restore();
        foreach ($this->manager->getChannels() as $channel) {
            if ($channel instanceof Logger) {
                $channel->withoutContext();
                $monolog = $channel->getLogger();
                if ($monolog instanceof ResettableInterface) {
                    $monolog->reset();
                }
            }
        }
    }
}
