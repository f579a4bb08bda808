<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Session\SessionManager;
use Illuminate\Session\Store;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\RenewedInFork;
use LaravelBridge\Laravel\Resetter;

/**
 * Session stores made before the fork are emptied and get an id of their own again; others end with their request.
 */
final class Sessions implements RenewedInFork, Resetter
{
    private readonly ?ObjectState $manager;

    /** @var list<array{Store, ObjectState}> */
    private readonly array $stores;

    /** @var list<ObjectState> what stores keep their sessions with: that of databases knows whether a row is there */
    private readonly array $handlers;

    public function __construct(Application $app)
    {
        $manager = $app->resolved('session') ? $app->make('session') : null;
        $stores = $handlers = [];
        if ($manager instanceof SessionManager) {
            foreach ($manager->getDrivers() as $store) {
                if ($store instanceof Store) {
                    $store->flush();
                    $stores[] = [$store, ObjectState::of($store, ['id'])];
                    $handlers[] = ObjectState::of($store->getHandler());
                }
            }
        }
        $this->manager = $manager instanceof SessionManager ? ObjectState::of($manager) : null;
        $this->stores = $stores;
        $this->handlers = $handlers;
    }

    public function reset(): void
    {
        $this->manager?->restore();
        foreach ($this->handlers as $state) {
            $state->restore();
        }
        foreach ($this->stores as [$store, $state]) {
            if ($store->isStarted() || $store->all() !== []) {
                $state->restore();
                // No id: a new random one.
                $store->setId(null);
            }
        }
    }

    /** Every worker starts with an id of its own: the handler's is known to all of them. */
    public function forked(): void
    {
        foreach ($this->stores as [$store]) {
            $store->setId(null);
        }
    }
}
