<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Cache\ArrayStore;
use Illuminate\Cache\CacheManager;
use Illuminate\Cache\Repository;
use Illuminate\Contracts\Foundation\Application;
use LaravelBridge\Laravel\Resetter;

/**
 * The cache that is meant to last as long as a request. Other stores stay connected.
 */
final class ArrayCache implements Resetter
{
    private readonly ?CacheManager $manager;

    /** @var Closure(CacheManager): array<string, mixed> */
    private readonly Closure $stores;

    public function __construct(Application $app)
    {
        $manager = $app->resolved('cache') ? $app->make('cache') : null;
        $this->manager = $manager instanceof CacheManager ? $manager : null;
        /** @var Closure(CacheManager): array<string, mixed> $stores */
        $stores = Closure::bind(static fn (CacheManager $manager): array => $manager->stores, null, CacheManager::class);
        $this->stores = $stores;
    }

    public function reset(): void
    {
        if ($this->manager === null) {
            return;
        }
        foreach (($this->stores)($this->manager) as $repository) {
            if ($repository instanceof Repository && $repository->getStore() instanceof ArrayStore) {
                $repository->getStore()->flush();
            }
        }
    }
}
