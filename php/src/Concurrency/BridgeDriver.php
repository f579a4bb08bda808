<?php

declare(strict_types=1);

namespace LaravelBridge\Concurrency;

use Closure;
use Illuminate\Contracts\Concurrency\Driver;
use Illuminate\Support\Arr;
use Illuminate\Support\Defer\DeferredCallback;

use function Illuminate\Support\defer;

/**
 * Concurrency::driver('bridge'), from Laravel 11 on.
 */
final class BridgeDriver implements Driver
{
    public function __construct(private readonly Tasks $tasks)
    {
    }

    /**
     * All tasks run to their end, whatever becomes of the others; then the first failure, in the order of the tasks, is
     * thrown and further ones are reported.
     *
     * @param  Closure|array<array-key, callable(): mixed>  $tasks
     * @param  float|null  $timeout  seconds for each of them; by default bridge.concurrency.timeout, 0 is no limit
     * @return array<array-key, mixed>
     */
    public function run(Closure|array $tasks, ?float $timeout = null): array
    {
        return $this->tasks->results(Arr::wrap($tasks), $timeout);
    }

    /**
     * Once the client has its answer. The worker takes no request until they are done.
     *
     * @param  Closure|array<array-key, callable(): mixed>  $tasks
     */
    public function defer(Closure|array $tasks): DeferredCallback
    {
        return defer(fn () => $this->run($tasks));
    }
}
