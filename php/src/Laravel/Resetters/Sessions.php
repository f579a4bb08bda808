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

    public function __construct(Application $app)
    {
        $manager = $app->resolved('session') ? $app->make('session') : null;
        $stores = [];
        if ($manager instanceof SessionManager) {
            foreach ($manager->getDrivers() as $store) {
                if ($store instanceof Store) {
                    $store->flush();
                    $stores[] = [$store, ObjectState::of($store, ['id'])];
                }
            }
        }
        $this->manager = $manager instanceof SessionManager ? ObjectState::of($manager) : null;
        $this->stores = $stores;
    }

    public function reset(): void
    {
        $this->manager?->restore();
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
