<?php

declare(strict_types=1);

namespace LaravelBridge\Octane;

use Illuminate\Foundation\Application;
use Laravel\Octane\Contracts\DispatchesTasks;
use Laravel\Octane\Events\TaskReceived;
use Laravel\Octane\Events\TaskTerminated;
use Laravel\Octane\Exceptions\TaskTimeoutException;
use LaravelBridge\Concurrency\Tasks;
use LaravelBridge\Exceptions\TaskFailed;

/**
 * Octane::concurrently() and Octane::tasks(), in forks of the worker. Only where the application has laravel/octane.
 */
final class TaskDispatcher implements DispatchesTasks
{
    private readonly Tasks $tasks;

    public function __construct(private readonly Application $app)
    {
        $this->tasks = new Tasks($app);
    }

    /**
     * @param  array<array-key, callable(): mixed>  $tasks
     * @param  int  $waitMilliseconds  for each of them, from its start
     * @return array<array-key, mixed>
     */
    public function resolve(array $tasks, int $waitMilliseconds = 3000): array
    {
        try {
            return $this->tasks->results(array_map($this->announced(...), $tasks), $waitMilliseconds / 1000);
        } catch (TaskFailed $e) {
            throw $e->late() ? TaskTimeoutException::after($waitMilliseconds) : $e;
        }
    }

    /**
     * When the client has its answer.
     *
     * @param  array<array-key, callable(): mixed>  $tasks
     */
    public function dispatch(array $tasks): void
    {
        $this->app->terminating(fn () => $this->tasks->results(array_map($this->announced(...), $tasks)));
    }

    /**
     * @param  callable(): mixed  $task
     * @return callable(): mixed
     */
    private function announced(callable $task): callable
    {
        return function () use ($task): mixed {
            $events = $this->app->make('events');
            $events->dispatch(new TaskReceived($this->app, $this->app, $task));
            $result = $task();
            $events->dispatch(new TaskTerminated($this->app, $this->app, $task, $result));

            return $result;
        };
    }
}
