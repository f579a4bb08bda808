<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use Closure;
use Illuminate\Foundation\Application;
use Laravel\Octane\Contracts\OperationTerminated;
use Laravel\Octane\Events as Octane;
use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Tests\Support\Counter;
use LaravelBridge\Tests\Support\SmallLaravel;
use LaravelBridge\Wire\Request;
use LaravelBridge\Wire\WorkerConnection;
use LaravelBridge\Worker\Native;
use LaravelBridge\Worker\Output;
use LaravelBridge\Worker\PhpHeaders;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\PreserveGlobalState;
use PHPUnit\Framework\Attributes\RunInSeparateProcess;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use RuntimeException;

/**
 * Packages are told where a worker and its requests are, by our events and, where it is installed, by those of Octane.
 */
#[BackupGlobals(true)]
final class LifecycleTest extends TestCase
{
    /** @var list<string> */
    public static array $heard = [];

    public static int $disconnected = 0;

    private SmallLaravel $laravel;

    protected function setUp(): void
    {
        self::$heard = [];
    }

    protected function tearDown(): void
    {
        $this->laravel->stop();
    }

    #[Test]
    public function the_events_come_in_order_and_only_what_a_worker_starts_with_stays(): void
    {
        $this->laravel = new SmallLaravel('
            foreach (["WorkerStarting", "RequestReceived", "RequestHandled", "RequestTerminated", "WorkerErrorOccurred", "WorkerStopping"] as $event) {
                $this->app["events"]->listen("LaravelBridge\\\\Events\\\\{$event}", function ($e) use ($event) {
                    $path = isset($e->request) ? " ".$e->app->make("request")->path() : "";
                    \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = $event.$path.(isset($e->response) ? " ".$e->response->getStatusCode() : "");
                    $e->app->instance("seen.".$event, true);
                });
            }
            $this->app["router"]->get("/hello", function () {
                \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = "the route";
                $this->app->terminating(function () { \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = "terminating"; });
                return "hello";
            });
        ');
        $this->request();
        $this->laravel->booted->report(new RuntimeException('nobody caught it'));

        self::assertSame(
            ['WorkerStarting', 'RequestReceived hello', 'the route', 'RequestHandled hello 200', 'terminating', 'RequestTerminated hello 200', 'WorkerErrorOccurred'],
            self::$heard,
        );
        self::assertTrue($this->laravel->app->bound('seen.WorkerStarting'));
        self::assertFalse($this->laravel->app->bound('seen.RequestReceived'));

        $this->laravel->booted->stop();
        self::assertSame('WorkerStopping', self::$heard[7] ?? null);
    }

    #[Test]
    #[RunInSeparateProcess]
    #[PreserveGlobalState(false)]
    public function listeners_for_octane_are_told_and_its_own_resets_are_not_done_twice(): void
    {
        require_once dirname(__DIR__, 2).'/app/stand-ins/octane.php';
        $this->laravel = new SmallLaravel('
            $events = $this->app["events"];
            foreach (["WorkerStarting", "RequestReceived", "RequestHandled", "RequestTerminated", "WorkerStopping"] as $event) {
                $events->listen("Laravel\\\\Octane\\\\Events\\\\{$event}", function ($e) use ($event) {
                    \LaravelBridge\Tests\Laravel\LifecycleTest::note($event, $e);
                });
            }
            $events->listen(\Laravel\Octane\Contracts\OperationTerminated::class, function ($e) {
                \LaravelBridge\Tests\Laravel\LifecycleTest::note("OperationTerminated", $e);
            });
            $this->app->instance("octane.disconnected", function () { \LaravelBridge\Tests\Laravel\LifecycleTest::$disconnected++; });
            // As the provider of Octane does with octane.listeners.
            $events->listen(\Laravel\Octane\Events\RequestReceived::class, \Laravel\Octane\Listeners\CreateConfigurationSandbox::class);
            $events->listen(\Laravel\Octane\Contracts\OperationTerminated::class, \Laravel\Octane\Listeners\DisconnectFromDatabases::class);
            $this->app["router"]->get("/hello", fn () => "hello");
        ', ['octane' => '["warm" => ["counter"], "flush" => ["files"]]']);
        $this->request();
        $this->laravel->booted->stop();

        self::assertSame(['WorkerStarting', 'RequestReceived', 'RequestHandled', 'RequestTerminated', 'OperationTerminated', 'WorkerStopping'], self::$heard);
        self::assertSame(1, self::$disconnected);
        self::assertArrayNotHasKey('files', $this->instances(), 'octane.flush: each request makes it anew.');
    }

    #[Test]
    public function ticks_are_for_those_that_listen_and_change_nothing(): void
    {
        $this->laravel = new SmallLaravel('
            $this->app["events"]->listen("*", function () {});
            $this->app["events"]->listen(\LaravelBridge\Events\TickReceived::class, function ($e) {
                \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = "tick ".json_encode(config("app.tick"));
                config(["app.tick" => 1]);
                app()->terminating(function () { \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = "put off"; });
                if (count(\LaravelBridge\Tests\Laravel\LifecycleTest::$heard) > 4) {
                    throw new RuntimeException("in a tick");
                }
            });
            $this->app["events"]->listen(\LaravelBridge\Events\TickTerminated::class, function ($e) {
                \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = "over";
            });
            $this->app["events"]->listen(\LaravelBridge\Events\WorkerErrorOccurred::class, function ($e) {
                \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = $e->exception->getMessage();
            });
        ');
        self::assertTrue($this->laravel->booted->ticks());
        for ($i = 0; $i < 3; $i++) {
            $this->laravel->booted->tick();
        }

        self::assertSame(['tick null', 'over', 'put off', 'tick null', 'over', 'put off', 'tick null', 'in a tick', 'put off'], self::$heard);
    }

    #[Test]
    public function who_listens_to_everything_is_no_reason_for_ticks(): void
    {
        $this->laravel = new SmallLaravel('$this->app["events"]->listen("*", function () {});');

        self::assertFalse($this->laravel->booted->ticks());
    }

    /**
     * @return iterable<string, array{string, bool, string}>
     */
    public static function octaneApplications(): iterable
    {
        yield 'the provider alone' => ['', false, ''];
        yield 'a tick' => ['\Laravel\Octane\Facades\Octane::tick("a", function () { \LaravelBridge\Tests\Laravel\LifecycleTest::$heard[] = "ticked"; });', true, 'ticked'];
        yield 'a listener' => ['$this->app["events"]->listen(\Laravel\Octane\Events\TickReceived::class, function ($e) { \LaravelBridge\Tests\Laravel\LifecycleTest::note("heard", $e); });', true, 'heard'];
        yield 'an interval' => ['\Illuminate\Support\Facades\Cache::store("octane")->interval("a", \LaravelBridge\Tests\Laravel\LifecycleTest::interval(), 5);', true, 'made'];
        yield 'its own resets' => ['$this->app["events"]->listen(\Laravel\Octane\Events\TickReceived::class, \Laravel\Octane\Listeners\CreateConfigurationSandbox::class);', false, ''];
        yield 'another listener of its own' => ['$this->app["events"]->listen(\Laravel\Octane\Events\TickReceived::class, \Laravel\Octane\Listeners\DisconnectFromDatabases::class);', false, ''];
        yield 'switched off' => ['config(["octane.tick" => false]); \Laravel\Octane\Facades\Octane::tick("a", fn () => null);', false, ''];
    }

    #[Test]
    #[RunInSeparateProcess]
    #[PreserveGlobalState(false)]
    #[DataProvider('octaneApplications')]
    public function ticks_and_intervals_of_octane_are_a_reason_and_its_provider_is_none(string $code, bool $ticks, string $heard): void
    {
        require_once dirname(__DIR__, 2).'/app/stand-ins/octane.php';
        $this->laravel = new SmallLaravel('$this->app->register(\Laravel\Octane\OctaneServiceProvider::class); $this->app->booted(function () { '.$code.' });', [
            'octane' => '["cache" => ["rows" => 32, "bytes" => 1000]]',
            'cache' => '["default" => "array", "stores" => ["octane" => ["driver" => "octane"]]]',
        ]);

        self::assertSame($ticks, $this->laravel->booted->ticks());
        if ($ticks) {
            $this->laravel->booted->tick();
            self::assertSame([$heard], self::$heard);
        }
    }

    #[Test]
    #[RunInSeparateProcess]
    #[PreserveGlobalState(false)]
    public function what_octane_warms_is_warm(): void
    {
        require_once dirname(__DIR__, 2).'/app/stand-ins/octane.php';
        $this->laravel = new SmallLaravel('$this->app->singleton(\LaravelBridge\Tests\Support\Counter::class);', ['octane' => '["warm" => [\LaravelBridge\Tests\Support\Counter::class]]']);

        self::assertTrue($this->laravel->app->resolved(Counter::class));
    }

    /** To be serialised it has to stand in a file. */
    public static function interval(): Closure
    {
        return static function (): int {
            self::$heard[] = 'made';

            return 1;
        };
    }

    public static function note(string $name, object $event): void
    {
        $sandbox = $event instanceof OperationTerminated ? $event->sandbox() : ($event->sandbox ?? $event->app ?? null);
        self::assertInstanceOf(Application::class, $sandbox);
        if ($event instanceof Octane\RequestReceived) {
            self::assertSame('hello', $event->request->path());
        }
        self::$heard[] = $name;
    }

    /**
     * @return array<string, mixed>
     */
    private function instances(): array
    {
        return (fn (): array => $this->instances)->call($this->laravel->app);
    }

    private function request(): void
    {
        [$server, $stream] = FakeServer::pair();
        $connection = new WorkerConnection($stream);
        $native = new Native;
        $output = new Output($connection, $native, new PhpHeaders);
        $message = Request::fromMessage([
            't' => 'request', 'id' => 'r', 'method' => 'GET', 'target' => '/hello', 'version' => '1.1', 'scheme' => 'http', 'host' => 'localhost',
            'client' => ['127.0.0.1', 1], 'server' => ['127.0.0.1', 80], 'time' => 1.0, 'headers' => [], 'body' => 0, 'length' => 0,
        ], '');
        $answer = $connection->answer();
        $output->begin($answer);
        $this->laravel->booted->handle($message, $answer, $output);
        $this->laravel->booted->terminate();
        $output->finish();
        $this->laravel->booted->reset();
        $native->releaseOutput();
        $connection->close();
        $server->close();
    }
}
