<?php

declare(strict_types=1);

/*
 * What laravel/octane promises to listeners: its events and their contract, and two listeners of its own.
 */

namespace Laravel\Octane {
    final class Octane
    {
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
            \LaravelBridge\Tests\Laravel\LifecycleTest::$disconnected++;
        }
    }
}
