<?php

declare(strict_types=1);

/*
 * What laravel/octane 2 promises: its events and their contract, two listeners of its own, and of its facade, its store and
 * its provider what this server has to fit.
 */

namespace Laravel\Octane {
    use Exception;
    use Illuminate\Contracts\Debug\ExceptionHandler;
    use Illuminate\Contracts\Events\Dispatcher;
    use Illuminate\Support\Facades\Cache;
    use Illuminate\Support\ServiceProvider;
    use Laravel\Octane\Cache\OctaneArrayStore;
    use Laravel\Octane\Cache\OctaneStore;
    use Laravel\Octane\Contracts\DispatchesTasks;
    use Laravel\Octane\Events\TickReceived;
    use Laravel\Octane\Swoole\InvokeTickCallable;
    use Swoole\Table;

    class Octane
    {
        public function table(string $table): Table
        {
            throw new Exception('Tables may only be accessed when using the Swoole server.');
        }

        /**
         * @param  array<array-key, callable(): mixed>  $tasks
         * @return array<array-key, mixed>
         */
        public function concurrently(array $tasks, int $waitMilliseconds = 3000)
        {
            return app(DispatchesTasks::class)->resolve($tasks, $waitMilliseconds);
        }

        public function tick(string $key, callable $callback, int $seconds = 1, bool $immediate = true): InvokeTickCallable
        {
            $listener = new InvokeTickCallable($key, $callback, $seconds, $immediate, Cache::store('octane'), app(ExceptionHandler::class));
            app(Dispatcher::class)->listen(TickReceived::class, $listener);

            return $listener;
        }
    }

    class OctaneServiceProvider extends ServiceProvider
    {
        public function register(): void
        {
            $this->app->singleton('octane', Octane::class);
        }

        public function boot(): void
        {
            foreach ((array) config('octane.listeners', []) as $event => $listeners) {
                foreach ((array) $listeners as $listener) {
                    app(Dispatcher::class)->listen($event, $listener);
                }
            }
            if (! config('octane.cache')) {
                return;
            }
            $store = $this->app->bound('octane.cacheTable') ? new OctaneStore(app('octane.cacheTable')) : new OctaneArrayStore;
            app(Dispatcher::class)->listen(TickReceived::class, fn () => $store->refreshIntervalCaches());
            Cache::extend('octane', fn () => Cache::repository($store));
        }
    }
}

namespace Laravel\Octane\Facades {
    use Illuminate\Support\Facades\Facade;

    /**
     * @method static \Swoole\Table table(string $name)
     * @method static array<array-key, mixed> concurrently(array<array-key, callable(): mixed> $tasks, int $waitMilliseconds = 3000)
     * @method static \Laravel\Octane\Swoole\InvokeTickCallable tick(string $key, callable $callback, int $seconds = 1, bool $immediate = true)
     */
    class Octane extends Facade
    {
        protected static function getFacadeAccessor(): string
        {
            return 'octane';
        }
    }
}

namespace Laravel\Octane\Cache {
    use Closure;
    use Illuminate\Cache\ArrayStore;
    use Illuminate\Contracts\Cache\Store;
    use Laravel\SerializableClosure\SerializableClosure;
    use Swoole\Table;

    class OctaneArrayStore extends ArrayStore
    {
        public function interval(string $key, Closure $resolver, int $seconds): mixed
        {
            return $resolver();
        }

        public function refreshIntervalCaches(): void
        {
        }
    }

    /** As of Octane in what it asks of its table. */
    class OctaneStore implements Store
    {
        private const FOREVER = 31_536_000;

        /** @var list<string> */
        protected $intervals = [];

        /**
         * @param  Table  $table
         */
        public function __construct(protected $table)
        {
        }

        public function get($key): mixed
        {
            $row = $this->table->get($key);
            if ($row !== false && $row['expiration'] > time()) {
                return unserialize($row['value']);
            }
            $interval = in_array($key, $this->intervals, true) ? $this->interval_($key) : null;

            return $interval === null ? null : $interval['resolver']();
        }

        public function put($key, $value, $seconds): bool
        {
            return $this->table->set($key, ['value' => serialize($value), 'expiration' => time() + $seconds]);
        }

        public function interval(string $key, Closure $resolver, int $seconds): void
        {
            if ($this->interval_($key) === null) {
                $this->remember($key, ['resolver' => new SerializableClosure($resolver), 'last' => 0, 'seconds' => $seconds]);
            }
            $this->intervals[] = $key;
        }

        public function refreshIntervalCaches(): void
        {
            foreach ($this->intervals as $key) {
                $interval = $this->interval_($key);
                if ($interval !== null && time() - $interval['last'] >= $interval['seconds']) {
                    $this->remember($key, ['last' => time()] + $interval);
                    $this->forever($key, $interval['resolver']());
                }
            }
        }

        /** @return array{resolver: callable(): mixed, last: int, seconds: int}|null */
        private function interval_(string $key): ?array
        {
            $interval = $this->get("interval-{$key}");

            return is_string($interval) ? unserialize($interval) : null;
        }

        /** @param  array<string, mixed>  $interval */
        private function remember(string $key, array $interval): void
        {
            $this->forever("interval-{$key}", serialize($interval));
        }

        public function many(array $keys): array
        {
            return array_combine($keys, array_map($this->get(...), $keys));
        }

        public function putMany(array $values, $seconds): bool
        {
            foreach ($values as $key => $value) {
                $this->put($key, $value, $seconds);
            }

            return true;
        }

        public function increment($key, $value = 1): int
        {
            $new = (int) $this->get($key) + $value;
            $this->forever($key, $new);

            return $new;
        }

        public function decrement($key, $value = 1): int
        {
            return $this->increment($key, -$value);
        }

        public function forever($key, $value): bool
        {
            return $this->put($key, $value, self::FOREVER);
        }

        public function touch($key, $seconds): bool
        {
            return $this->put($key, $this->get($key), $seconds);
        }

        public function forget($key): bool
        {
            return $this->table->del($key);
        }

        public function flush(): bool
        {
            foreach ($this->table as $key => $row) {
                str_starts_with($key, 'interval-') || $this->forget($key);
            }

            return true;
        }

        public function getPrefix(): string
        {
            return '';
        }
    }
}

namespace Laravel\Octane\Swoole {
    use Illuminate\Contracts\Cache\Repository;
    use Illuminate\Contracts\Debug\ExceptionHandler;
    use Throwable;

    class InvokeTickCallable
    {
        /** @param  Repository  $cache */
        public function __construct(
            protected string $key,
            protected mixed $callback,
            protected int $seconds,
            protected bool $immediate,
            protected $cache,
            protected ExceptionHandler $exceptionHandler,
        ) {
        }

        public function __invoke(): void
        {
            $last = $this->cache->get("tick-{$this->key}");
            if ($last !== null && time() - $last < $this->seconds) {
                return;
            }
            $this->cache->forever("tick-{$this->key}", time());
            if ($last === null && ! $this->immediate) {
                return;
            }
            try {
                ($this->callback)();
            } catch (Throwable $e) {
                $this->exceptionHandler->report($e);
            }
        }
    }
}

namespace Laravel\Octane\Contracts {
    use Illuminate\Foundation\Application;

    interface OperationTerminated
    {
        public function app(): Application;

        public function sandbox(): Application;
    }

    interface DispatchesTasks
    {
        /**
         * @param  array<array-key, callable(): mixed>  $tasks
         * @return array<array-key, mixed>
         */
        public function resolve(array $tasks, int $waitMilliseconds = 3000): array;

        /**
         * @param  array<array-key, callable(): mixed>  $tasks
         * @return void
         */
        public function dispatch(array $tasks);
    }
}

namespace Laravel\Octane\Events {
    use Illuminate\Foundation\Application;
    use Illuminate\Http\Request;
    use Laravel\Octane\Contracts\OperationTerminated;
    use Symfony\Component\HttpFoundation\Response;
    use Throwable;

    class WorkerStarting
    {
        public function __construct(public Application $app)
        {
        }
    }

    class RequestReceived
    {
        public function __construct(public Application $app, public Application $sandbox, public Request $request)
        {
        }
    }

    class RequestHandled
    {
        public function __construct(public Application $sandbox, public Request $request, public Response $response)
        {
        }
    }

    class RequestTerminated implements OperationTerminated
    {
        public function __construct(public Application $app, public Application $sandbox, public Request $request, public Response $response)
        {
        }

        public function app(): Application
        {
            return $this->app;
        }

        public function sandbox(): Application
        {
            return $this->sandbox;
        }
    }

    class TaskReceived
    {
        public function __construct(public Application $app, public Application $sandbox, public mixed $data)
        {
        }
    }

    class TaskTerminated implements OperationTerminated
    {
        public function __construct(public Application $app, public Application $sandbox, public mixed $data, public mixed $result)
        {
        }

        public function app(): Application
        {
            return $this->app;
        }

        public function sandbox(): Application
        {
            return $this->sandbox;
        }
    }

    class TickReceived
    {
        public function __construct(public Application $app, public Application $sandbox)
        {
        }
    }

    class TickTerminated implements OperationTerminated
    {
        public function __construct(public Application $app, public Application $sandbox)
        {
        }

        public function app(): Application
        {
            return $this->app;
        }

        public function sandbox(): Application
        {
            return $this->sandbox;
        }
    }

    class WorkerErrorOccurred
    {
        public function __construct(public Throwable $exception, public Application $sandbox)
        {
        }
    }

    class WorkerStopping
    {
        public function __construct(public Application $app)
        {
        }
    }
}

namespace Laravel\Octane\Exceptions {
    use Exception;

    class TaskTimeoutException extends Exception
    {
        public static function after(int $milliseconds): self
        {
            return new self("Task timed out after {$milliseconds} milliseconds.");
        }
    }
}

namespace Laravel\Octane\Exceptions {
    use Exception;

    class ValueTooLargeForColumnException extends Exception
    {
    }
}

namespace Laravel\Octane\Listeners {
    use RuntimeException;

    final class CreateConfigurationSandbox
    {
        public function handle(object $event): void
        {
            throw new RuntimeException('It costs as much as the request, and the sandbox does it.');
        }
    }

    final class DisconnectFromDatabases
    {
        public function handle(object $event): void
        {
            app()->bound('octane.disconnected') && app('octane.disconnected')();
        }
    }
}
