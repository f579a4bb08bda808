<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Concurrency;

use Illuminate\Concurrency\ConcurrencyManager;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Support\Defer\DeferredCallbackCollection;
use Illuminate\Support\Facades\Concurrency;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Log;
use LaravelBridge\BridgeServiceProvider;
use LaravelBridge\Concurrency\BridgeDriver;
use LaravelBridge\Concurrency\Forks;
use LaravelBridge\Exceptions\TaskFailed;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use RuntimeException;

use function Illuminate\Support\defer;

/**
 * Concurrency::driver('bridge') in an application, in this process: as in an artisan command, a queue worker or a test.
 */
#[BackupGlobals(true)]
final class TasksTest extends TestCase
{
    private SmallLaravel $laravel;

    protected function setUp(): void
    {
        if (! class_exists(ConcurrencyManager::class) || ! Forks::possible()) {
            self::markTestSkipped('Laravel 10 has no Concurrency, and a PHP without pcntl no forks.');
        }
        $this->laravel = new SmallLaravel('', [
            'database' => '["default" => "file", "connections" => ["file" => ["driver" => "sqlite", "database" => dirname(__DIR__)."/storage/db.sqlite"], "memory" => ["driver" => "sqlite", "database" => ":memory:"]]]',
            'logging' => '["default" => "held", "channels" => ["held" => ["driver" => "single", "path" => dirname(__DIR__)."/storage/logs/held.log",
                "tap" => [\LaravelBridge\Tests\Concurrency\HoldBack::class]]]]',
        ]);
        touch("{$this->laravel->path}/storage/db.sqlite");
        $this->laravel->app->register(BridgeServiceProvider::class);
    }

    protected function tearDown(): void
    {
        if (isset($this->laravel)) {
            $this->laravel->stop();
        }
    }

    #[Test]
    public function the_driver_is_there_by_its_name_and_may_be_the_default(): void
    {
        self::assertInstanceOf(BridgeDriver::class, Concurrency::driver('bridge'));
        $this->laravel->app->make('config')->set('concurrency.default', 'bridge');
        [$one, $two] = Concurrency::run([static fn () => getmypid(), static fn () => getmypid()]);

        self::assertCount(3, array_unique([getmypid(), $one, $two]));
        self::assertSame([5], $this->driver()->run(static fn () => 5));
        self::assertSame([], $this->driver()->run([]));
    }

    #[Test]
    public function the_first_failure_is_thrown_and_the_others_are_reported(): void
    {
        $reported = [];
        $this->laravel->app->make(ExceptionHandler::class)->reportable(static function (RuntimeException $e) use (&$reported): bool { // @phpstan-ignore method.notFound
            $reported[] = $e->getMessage();

            return false;
        });
        try {
            $this->driver()->run([static fn () => 1, static fn () => throw new RuntimeException('first'), static fn () => throw new RuntimeException('second')]);
            self::fail('It throws.');
        } catch (RuntimeException $e) {
            self::assertSame('first', $e->getMessage());
        }
        self::assertSame(['second'], $reported);
    }

    #[Test]
    public function the_time_is_that_of_the_call_or_of_the_configuration(): void
    {
        $this->laravel->app->make('config')->set('bridge.concurrency.timeout', 0.05);
        foreach ([null, 0.03] as $timeout) {
            try {
                $this->driver()->run(static fn () => sleep(600), $timeout);
                self::fail('It throws.');
            } catch (TaskFailed $e) {
                self::assertStringContainsString($timeout === null ? '0.05' : '0.03', $e->getMessage());
            }
        }
    }

    #[Test]
    public function connections_are_opened_anew_and_the_parents_stay_as_they_are(): void
    {
        DB::statement('create table things (name text)');
        DB::connection('memory')->statement('create table things (name text)');
        DB::connection('memory')->insert("insert into things values ('copied')");
        DB::beginTransaction();
        $mine = DB::connection()->getPdo();
        $found = $this->driver()->run(static fn (): array => [
            DB::connection()->getPdo() === $mine,
            DB::transactionLevel(),
            DB::table('things')->count(),
            DB::connection('memory')->table('things')->value('name'),
        ]);

        self::assertSame([[false, 0, 0, 'copied']], $found);
        self::assertSame([$mine, 1], [DB::connection()->getPdo(), DB::transactionLevel()]);
        DB::rollBack();
    }

    #[Test]
    public function a_task_calls_what_it_puts_off_and_nothing_that_the_parent_did(): void
    {
        $file = "{$this->laravel->path}/storage/calls";
        $note = static fn (string $what): int|false => file_put_contents($file, "{$what}\n", FILE_APPEND);
        $app = $this->laravel->app;
        defer(static fn () => $note("the parent's deferred"));
        $app->terminating(static fn () => $note("the parent's terminating"));

        $this->driver()->run(static function () use ($note, $app): void {
            defer(static fn () => $note("the task's deferred"));
            $app->terminating(static fn () => $note("the task's terminating"));
        });

        self::assertSame("the task's deferred\nthe task's terminating\n", file_get_contents($file));
        $app->make(DeferredCallbackCollection::class)->invoke();
        self::assertStringContainsString("the parent's deferred", (string) file_get_contents($file));
    }

    #[Test]
    public function lines_that_the_log_holds_back_are_written_once_and_with_their_context(): void
    {
        Log::withContext(['request' => '4711']);
        Log::info('of the parent');
        $this->driver()->run(static fn () => Log::info('of the task'));
        Log::info('of the parent again');
        $this->laravel->booted->stop();

        $log = (string) file_get_contents("{$this->laravel->path}/storage/logs/held.log");
        self::assertSame(1, substr_count($log, 'of the parent {'));
        self::assertSame(1, substr_count($log, 'of the parent again {'));
        self::assertSame(1, substr_count($log, 'of the task {"request":"4711"}'));
    }

    private function driver(): BridgeDriver
    {
        $driver = Concurrency::driver('bridge');
        assert($driver instanceof BridgeDriver);

        return $driver;
    }
}
