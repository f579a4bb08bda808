<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Log\Logger;
use Illuminate\Log\LogManager;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;
use Monolog\Logger as Monolog;
use Monolog\ResettableInterface;

/**
 * Context that a request attached to the log, and what Monolog's processors and handlers gathered. Channels stay open.
 */
final class Logs implements Resetter
{
    private readonly ?LogManager $manager;

    private readonly ?ObjectState $state;

    /** @var array<int, ObjectState> Monolog's loggers by their numbers: processors and handlers that a request pushed go */
    private array $loggers = [];

    public function __construct(Application $app)
    {
        $manager = $app->resolved('log') ? $app->make('log') : null;
        $this->manager = $manager instanceof LogManager ? $manager : null;
        $this->state = $this->manager === null ? null : ObjectState::of($this->manager, ['channels']);
        foreach ($this->manager?->getChannels() ?? [] as $channel) {
            $monolog = $channel instanceof Logger ? $channel->getLogger() : null;
            if ($monolog instanceof Monolog) {
                $this->loggers[spl_object_id($monolog)] = ObjectState::only($monolog, ['handlers', 'processors', 'exceptionHandler']);
            }
        }
    }

    public function reset(): void
    {
        if ($this->manager === null) {
            return;
        }
        $this->state?->restore();
        foreach ($this->manager->getChannels() as $name => $channel) {
            if (! $channel instanceof Logger) {
                continue;
            }
            $channel->withoutContext();
            $monolog = $channel->getLogger();
            if ($monolog instanceof ResettableInterface) {
                $monolog->reset();
            }
            if (! $monolog instanceof Monolog) {
                continue;
            }
            if (isset($this->loggers[spl_object_id($monolog)])) {
                $this->loggers[spl_object_id($monolog)]->restore();
            } elseif ($monolog->getProcessors() !== []) {
                // Made by this request: whether it has pushed them, or the configuration, cannot be told.
                $monolog->close();
                $this->manager->forgetChannel((string) $name);
            }
        }
    }
}
