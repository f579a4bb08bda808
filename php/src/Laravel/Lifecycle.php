<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Closure;
use Illuminate\Contracts\Events\Dispatcher;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Http\Request;
use LaravelBridge\Events\RequestHandled;
use LaravelBridge\Events\RequestReceived;
use LaravelBridge\Events\RequestTerminated;
use LaravelBridge\Events\TickReceived;
use LaravelBridge\Events\TickTerminated;
use LaravelBridge\Events\WorkerErrorOccurred;
use LaravelBridge\Events\WorkerStarting;
use LaravelBridge\Events\WorkerStopping;
use LaravelBridge\Octane\OctaneEvents;
use Symfony\Component\HttpFoundation\Response;
use Throwable;

/**
 * Tells the application's listeners where a worker and its requests are: our own events, and those of laravel/octane where
 * the application has it. Who listens is asked once, when everything is booted: a request that nobody listens to pays nothing.
 */
final class Lifecycle
{
    private const EVENTS = [
        WorkerStarting::class, RequestReceived::class, RequestHandled::class, RequestTerminated::class, TickReceived::class, TickTerminated::class,
        WorkerErrorOccurred::class, WorkerStopping::class,
    ];

    /** @var array<class-string, list<Closure(mixed...): object>> what to dispatch, by our own event: only what somebody listens to */
    private readonly array $events;

    private readonly Dispatcher $dispatcher;

    private readonly ?OctaneEvents $octane;

    public function __construct(private readonly Application $app)
    {
        $this->dispatcher = $app->make('events');
        $this->octane = $octane = OctaneEvents::of($app);
        $events = [];
        foreach (self::EVENTS as $event) {
            $makers = [];
            if ($this->dispatcher->hasListeners($event)) {
                $makers[] = static fn (mixed ...$arguments): object => new $event(...$arguments);
            }
            $theirs = $octane?->like($event);
            $events[$event] = $theirs === null ? $makers : [...$makers, $theirs];
        }
        $this->events = $events;
    }

    /** Before the fork. What listeners do is there for all requests. */
    public function workerStarting(): void
    {
        $this->dispatch(WorkerStarting::class, $this->app);
    }

    public function requestReceived(Request $request): void
    {
        if ($this->events[RequestReceived::class] !== []) {
            // The kernel does so later; a listener may ask for it now.
            $this->app->instance('request', $request);
            $this->dispatch(RequestReceived::class, $this->app, $request);
        }
    }

    public function requestHandled(Request $request, Response $response): void
    {
        $this->dispatch(RequestHandled::class, $this->app, $request, $response);
    }

    public function requestTerminated(Request $request, Response $response): void
    {
        $this->dispatch(RequestTerminated::class, $this->app, $request, $response);
    }

    public function errorOccurred(Throwable $exception): void
    {
        $this->dispatch(WorkerErrorOccurred::class, $exception, $this->app);
    }

    public function workerStopping(): void
    {
        $this->dispatch(WorkerStopping::class, $this->app);
    }

    /** Whether somebody listens to ticks by their name; who listens to everything hears them, and is no reason for them. */
    public function ticks(): bool
    {
        $listeners = method_exists($this->dispatcher, 'getRawListeners') ? $this->dispatcher->getRawListeners() : [];

        return ! empty($listeners[TickReceived::class]) || ! empty($listeners[TickTerminated::class]) || ($this->octane?->ticks($this->app) ?? false);
    }

    public function tick(): void
    {
        $this->dispatch(TickReceived::class, $this->app);
        $this->dispatch(TickTerminated::class, $this->app);
    }

    /**
     * @param  class-string  $event
     */
    private function dispatch(string $event, mixed ...$arguments): void
    {
        foreach ($this->events[$event] as $make) {
            $this->dispatcher->dispatch($make(...$arguments));
        }
    }
}
