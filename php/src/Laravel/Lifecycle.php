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
    /** @var array<class-string, list<Closure(mixed...): object>> what to dispatch, by our own event: only what somebody listens to */
    private readonly array $events;

    private readonly Dispatcher $dispatcher;

    public function __construct(private readonly Application $app)
    {
        $this->dispatcher = $app->make('events');
        $octane = OctaneEvents::of($app);
        $events = [];
        foreach ([WorkerStarting::class, RequestReceived::class, RequestHandled::class, RequestTerminated::class, WorkerErrorOccurred::class, WorkerStopping::class] as $event) {
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
