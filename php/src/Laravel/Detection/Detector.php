<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use Closure;
use Illuminate\Container\Container;
use Illuminate\Foundation\Application;
use Illuminate\Routing\Route;
use Illuminate\Routing\Router;
use LaravelBridge\Laravel\Scope;

/**
 * Looks, after each request, for what may not have changed: before the sandbox puts things back, for what a request left
 * open; afterwards for what the next request would find. Says each place once, never a value.
 *
 * One for each worker, made by BootedApplication when DETECT is on. begin() before the first request, then for each
 * beforeReset() and afterReset(); take() gives what is new.
 */
final class Detector
{
    /** Requests between two looks at memory, which cost more than a small request. */
    private const INTERVAL = 50;

    /** A list that has grown with each of so many requests to one route is no cache. */
    private const GROWTHS = 3;

    private readonly Scope $scope;

    private readonly MemorySlope $memory;

    private readonly Descriptors $descriptors;

    /** @var list<Watch> what a request leaves open */
    private array $before = [];

    /** @var list<Watch> what the next request finds */
    private array $after = [];

    /** @var list<Watch> what outlives a request by itself, and is put back all the same */
    private array $statics = [];

    private bool $begun = false;

    private string $route = '';

    /** @var array<string, Change> what was changed before the reset */
    private array $touched = [];

    /** @var array<string, array{string, array<string, int>}> by place: signature of the last value, changes by route */
    private array $seen = [];

    /** @var array<string, Kind> what was said, by place */
    private array $said = [];

    /** @var list<Finding> */
    private array $new = [];

    private int $requests = 0;

    /** Nanoseconds spent here. */
    private int $spent = 0;

    private ?int $slope = null;

    public function __construct(private readonly Application $app, private readonly Mode $mode = Mode::Usual)
    {
        /** @var list<string> $ignored */
        $ignored = (array) $app->make('config')->get('bridge.detect.ignore', []);
        $this->scope = new Scope($app->basePath('vendor'), [...KnownCaches::PLACES, ...$ignored]);
        $this->memory = new MemorySlope($mode === Mode::Thorough ? 1 : self::INTERVAL);
        $this->descriptors = new Descriptors;
    }

    /** In the worker, before its first request. Does nothing when it is called again. */
    public function begin(): void
    {
        if ($this->begun) {
            return;
        }
        $this->begun = true;
        $this->loadControllers();
        $statics = new StaticProperties($this->scope);
        $instances = $this->instances();
        $services = new Objects($this->scope, [$instances, $statics->ofApplication()], false);
        $surroundings = new Surroundings;
        $transactions = new Transactions($this->app);
        $bindings = new Bindings($this->app);
        $this->before = [$transactions, $surroundings, $bindings, new Listeners($this->app), $services];
        $this->statics = [$statics, new FunctionStatics($this->scope)];
        $this->after = [$transactions, $surroundings, $bindings, new Objects($this->scope, [$instances, $statics->ofApplication()], true), ...$this->statics];
    }

    public function beforeReset(): void
    {
        $started = hrtime(true);
        $this->route = $this->currentRoute();
        $this->touched = [];
        foreach ($this->before as $watch) {
            foreach ($watch->changes() as $change) {
                $this->touched[$change->place] = $change;
            }
        }
        $this->lookAtStatics();
        $this->spent += hrtime(true) - $started;
    }

    public function afterReset(): void
    {
        $started = hrtime(true);
        $this->requests++;
        foreach ($this->after as $watch) {
            foreach ($watch->changes() as $change) {
                unset($this->touched[$change->place]);
                $this->judge($change);
            }
        }
        foreach ($this->touched as $change) {
            $this->say(Kind::Restored, $change->place, Description::change($change->before, $change->after), $change->advice);
        }
        $this->touched = [];
        foreach ($this->descriptors->growing() as $sort => $count) {
            $this->say(Kind::Growth, "open descriptors: {$sort}", "there are {$count} now", Descriptors::ADVICE);
        }
        $slope = $this->memory->after($this->mode === Mode::Thorough ? $this->route : '*');
        if ($slope !== null) {
            $this->slope = $slope;
            $this->say(Kind::Growth, $this->mode === Mode::Thorough ? "memory of {$this->route}" : 'memory', "grows by about {$slope} bytes for each request", MemorySlope::ADVICE);
        }
        $this->spent += hrtime(true) - $started;
    }

    /**
     * What has been found since the last call.
     *
     * @return list<Finding>
     */
    public function take(): array
    {
        $new = $this->new;
        $this->new = [];

        return $new;
    }

    /**
     * One line about the whole life of this worker; null where somebody else sums up.
     */
    public function summary(): ?string
    {
        if ($this->mode === Mode::Thorough) {
            return null;
        }
        $counts = [];
        foreach (Kind::cases() as $kind) {
            $count = count(array_keys($this->said, $kind, true));
            if ($count > 0) {
                $counts[] = "{$count} {$kind->value}";
            }
        }

        return sprintf(
            'detect: %d requests, %s%s; %.2f ms spent on each request',
            $this->requests,
            $counts === [] ? 'nothing found' : implode(', ', $counts),
            $this->slope === null ? '' : ", memory grows by {$this->slope} bytes for each request",
            $this->requests === 0 ? 0 : $this->spent / $this->requests / 1e6,
        );
    }

    /** That they are put back is this server's doing: what the application itself keeps there is a mistake elsewhere. */
    private function lookAtStatics(): void
    {
        foreach ($this->statics as $watch) {
            foreach ($watch->changes() as $change) {
                if ($change->owner !== null && $this->scope->isOfApplication($change->owner)) {
                    $this->judge($change);
                } elseif ($change->owner !== null && ! $this->scope->isFramework($change->owner)) {
                    $this->touched[$change->place] = $change;
                }
            }
        }
    }

    private function judge(Change $change): void
    {
        $signature = Description::signature($change->after);
        [$last, $changes] = $this->seen[$change->place] ?? [null, []];
        if ($signature === $last) {
            return;
        }
        $changes[$this->route] = ($changes[$this->route] ?? 0) + 1;
        $this->seen[$change->place] = [$signature, $changes];
        $what = Description::change($change->before, $change->after);
        if ($this->isLeak($change, $last)) {
            $this->say(Kind::Leak, $change->place, $what, $change->advice);
        } elseif ($changes[$this->route] > self::GROWTHS) {
            $this->say(Kind::Growth, $change->place, "{$what}, and changes with each request", $change->advice);
        } else {
            $this->say(Kind::Kept, $change->place, $what, $change->advice);
        }
    }

    /**
     * @param  string|null  $last  signature of what it was when it was seen changed before
     */
    private function isLeak(Change $change, ?string $last): bool
    {
        if ($change->owner === null || $this->scope->isOfApplication($change->owner) || Description::heldOfRequest($change->after) !== null) {
            return true;
        }

        // A package's cache is written once, or is added to; a plain value that changes again depends on the request.
        return $last !== null && is_scalar($change->after);
    }

    private function say(Kind $kind, string $place, string $what, string $advice): void
    {
        $said = $this->said[$place] ?? null;
        // Worse news is news.
        if ($said === null || (! $said->isTrouble() && $kind->isTrouble())) {
            $this->said[$place] = $kind;
            $this->new[] = new Finding($kind, $place, $what, $this->route, $advice);
        }
    }

    private function currentRoute(): string
    {
        $route = $this->app->make('router')->current();
        if ($route instanceof Route) {
            return $route->methods()[0].' /'.ltrim($route->uri(), '/');
        }

        return $this->app->resolved('request') ? $this->app->make('request')->method().' (no route)' : '(no route)';
    }

    /** So that their static variables are known as they are before the first call. */
    private function loadControllers(): void
    {
        $router = $this->app->make('router');
        if (! $router instanceof Router) {
            return;
        }
        foreach ($router->getRoutes()->getRoutes() as $route) {
            $class = $route->getControllerClass();
            if (is_string($class)) {
                class_exists($class);
            }
        }
    }

    /**
     * @return array<string, mixed>
     */
    private function instances(): array
    {
        /** @var Closure(Container): array<string, mixed> $read */
        $read = Closure::bind(static fn (Container $app): array => $app->instances, null, Container::class);

        return $read($this->app);
    }
}
