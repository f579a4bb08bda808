<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Octane;

use DomainException;
use Laravel\Octane\Contracts\DispatchesTasks;
use Laravel\Octane\Events\TaskReceived;
use Laravel\Octane\Events\TaskTerminated;
use Laravel\Octane\Exceptions\TaskTimeoutException;
use LaravelBridge\Concurrency\Forks;
use LaravelBridge\Octane\TaskDispatcher;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\PreserveGlobalState;
use PHPUnit\Framework\Attributes\RunTestsInSeparateProcesses;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * Octane::concurrently() asks the container for DispatchesTasks: with Octane's contracts there, that is ours.
 */
#[BackupGlobals(true)]
#[RunTestsInSeparateProcesses]
#[PreserveGlobalState(false)]
final class TaskDispatcherTest extends TestCase
{
    private SmallLaravel $laravel;

    protected function setUp(): void
    {
        if (! Forks::possible()) {
            self::markTestSkipped('Nothing can be forked here.');
        }
        require_once dirname(__DIR__, 2).'/app/stand-ins/octane.php';
        $this->laravel = new SmallLaravel;
    }

    protected function tearDown(): void
    {
        $this->laravel->stop();
    }

    #[Test]
    public function tasks_run_beside_each_other_and_their_results_have_their_keys(): void
    {
        $results = $this->dispatcher()->resolve(['one' => static fn () => getmypid(), 'two' => static fn () => getmypid()]);

        self::assertSame(['one', 'two'], array_keys($results));
        self::assertCount(3, array_unique([getmypid(), ...array_values($results)]));
    }

    #[Test]
    public function what_they_throw_and_their_time_are_told(): void
    {
        try {
            $this->dispatcher()->resolve([static fn () => throw new DomainException('no')]);
            self::fail('It throws.');
        } catch (DomainException $e) {
            self::assertSame('no', $e->getMessage());
        }
        $this->expectException(TaskTimeoutException::class);
        $this->dispatcher()->resolve([static fn () => sleep(600)], 50);
    }

    #[Test]
    public function listeners_of_tasks_are_told_in_the_fork(): void
    {
        $file = "{$this->laravel->path}/storage/heard";
        foreach ([TaskReceived::class, TaskTerminated::class] as $event) {
            $this->laravel->app->make('events')->listen($event, static fn (object $e) => file_put_contents($file, $e::class.' '.json_encode($e->result ?? null)."\n", FILE_APPEND));
        }
        $this->dispatcher()->resolve([static fn () => 7]);

        self::assertSame(TaskReceived::class." null\n".TaskTerminated::class." 7\n", file_get_contents($file));
    }

    #[Test]
    public function what_is_dispatched_runs_when_the_client_has_its_answer(): void
    {
        $file = "{$this->laravel->path}/storage/done";
        $this->dispatcher()->dispatch([static fn () => file_put_contents($file, 'done')]);
        self::assertFileDoesNotExist($file);

        $this->laravel->app->terminate();
        self::assertSame('done', file_get_contents($file));
    }

    private function dispatcher(): DispatchesTasks
    {
        $dispatcher = $this->laravel->app->make(DispatchesTasks::class);
        self::assertInstanceOf(TaskDispatcher::class, $dispatcher);

        return $dispatcher;
    }
}
