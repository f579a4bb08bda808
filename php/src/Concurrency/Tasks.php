<?php

declare(strict_types=1);

namespace LaravelBridge\Concurrency;

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Foundation\Application;
use LaravelBridge\Laravel\Inheritance;
use LaravelBridge\Worker\Native;
use Psr\Log\LoggerInterface;
use Throwable;

/**
 * Closures of an application, run side by side in forks of this process: of a worker in the middle of a request, of an
 * artisan command, a queue worker, a test. Where nothing can be forked they run one after the other, here.
 */
final class Tasks
{
    private const TIMEOUT = 60.0;

    private const PROCESSES = 8;

    private static bool $said = false;

    public function __construct(private readonly Application $app)
    {
    }

    /**
     * @template K of array-key
     *
     * @param  array<K, callable(): mixed>  $tasks
     * @param  float|null  $timeout  seconds for each; by default bridge.concurrency.timeout, 0 is no limit
     * @return array<K, mixed>
     *
     * @throws Throwable the first failure in the order of the tasks, when all have ended
     */
    public function results(array $tasks, ?float $timeout = null): array
    {
        $failure = null;
        $results = [];
        foreach ($this->outcomes($tasks, $timeout) as $key => $outcome) {
            $thrown = $outcome->failure();
            if ($thrown === null) {
                $results[$key] = $outcome->get();
            } elseif ($failure === null) {
                $failure = $thrown;
            } else {
                // Only one can be thrown, and none is to be lost.
                $this->app->make(ExceptionHandler::class)->report($thrown);
            }
        }

        return $failure === null ? $results : throw $failure;
    }

    /**
     * @template K of array-key
     *
     * @param  array<K, callable(): mixed>  $tasks
     * @return array<K, Outcome>
     */
    public function outcomes(array $tasks, ?float $timeout = null): array
    {
        if (! Forks::possible()) {
            return $this->oneAfterTheOther($tasks);
        }
        $settings = (array) $this->app->make('config')->get('bridge.concurrency', []);
        $inheritance = new Inheritance($this->app);
        $forks = new Forks(Native::ofProcess(), $inheritance->enter(...), $inheritance->leave(...), (int) ($settings['processes'] ?? self::PROCESSES));

        return $forks->run($tasks, $timeout ?? (float) ($settings['timeout'] ?? self::TIMEOUT));
    }

    /**
     * @template K of array-key
     *
     * @param  array<K, callable(): mixed>  $tasks
     * @return array<K, Outcome>
     */
    private function oneAfterTheOther(array $tasks): array
    {
        if (! self::$said) {
            self::$said = true;
            $this->app->make(LoggerInterface::class)->notice(
                'Concurrent tasks run one after the other and without a timeout: ext-pcntl is missing, or this is no process of the CLI.',
            );
        }

        return array_map(static function (callable $task): Outcome {
            try {
                return Outcome::value($task());
            } catch (Throwable $e) {
                return Outcome::thrown($e);
            }
        }, $tasks);
    }
}
