<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel\Detection;

use Closure;
use Illuminate\Foundation\Application;
use Illuminate\Http\Request;
use LaravelBridge\Laravel\Detection\Detector;
use LaravelBridge\Laravel\Detection\Finding;
use LaravelBridge\Laravel\Detection\Kind;
use LaravelBridge\Laravel\Detection\Mode;
use LaravelBridge\Laravel\Sandbox;
use LaravelBridge\Tests\Support\SmallLaravel;
use Leaks\Basket;
use Leaks\Register;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

require_once dirname(__DIR__, 2).'/Support/leaks.php';

/**
 * What a request leaves behind is named once, with its place and its route, and told apart by what it means for the next.
 */
#[BackupGlobals(true)]
final class DetectorTest extends TestCase
{
    /** @var list<string> our own, which nobody puts back */
    public static array $grown = [];

    private SmallLaravel $laravel;

    private Sandbox $sandbox;

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel('
            $this->app->instance("register", new \Leaks\Register);
            $this->app["db"]->connection();
            $this->app["router"]->get("/shop/{id}", fn () => "ok");
        ');
        $this->laravel->app->make('config')->set('bridge.keep', [Register::class]);
    }

    protected function tearDown(): void
    {
        Basket::$items = [];
        Basket::$last = null;
        Basket::$cache = false;
        unset($GLOBALS['leaked']);
        $this->laravel->stop();
    }

    /**
     * What a request does, and what is said about it.
     *
     * @return iterable<string, array{Closure(Application): mixed, Kind, string, string}>
     */
    public static function leaks(): iterable
    {
        yield 'a static property' => [
            static fn () => Basket::$items[] = 'secret', Kind::Leak, 'Leaks\Basket::$items', 'was an empty array, is an array of 1 element',
        ];
        yield 'an object in one' => [
            static fn () => Basket::$last = new Basket, Kind::Leak, 'Leaks\Basket::$last', 'was null, is Leaks\Basket',
        ];
        yield 'a static variable' => [
            static fn () => Basket::counted(), Kind::Leak, 'Leaks\Basket::counted()::$calls', '/^was \d+, is \d+$/',
        ];
        yield 'a constant' => [
            static fn () => define('LEAKED_'.bin2hex(random_bytes(4)), 1), Kind::Leak, 'constants', '/^was \d+, is \d+$/',
        ];
        yield 'an open transaction' => [
            static fn (Application $app) => $app->make('db')->beginTransaction(), Kind::Restored, 'open transaction on "memory"', 'was 0, is 1',
        ];
        yield 'a setting' => [
            static fn () => ini_set('precision', '5'), Kind::Restored, 'ini precision', 'was a string of 2 bytes, is a string of 1 byte',
        ];
        yield 'the environment' => [
            static fn () => putenv('LEAKED=secret'), Kind::Restored, 'env LEAKED', 'was not there, is a string of 6 bytes',
        ];
        yield 'an error handler' => [
            static fn () => set_error_handler(static fn (): bool => true), Kind::Restored, 'error handler', 'was Closure, is another',
        ];
        yield 'a listener' => [
            static fn (Application $app) => $app->make('events')->listen('leaked', static fn () => null), Kind::Restored, 'listeners of leaked', 'was 0, is 1',
        ];
        yield 'a service replaced' => [
            static fn (Application $app) => $app->instance('files', new Basket), Kind::Restored, 'instance files', 'was Illuminate\Filesystem\Filesystem, is Leaks\Basket',
        ];
    }

    /**
     * @param  Closure(Application): mixed  $leak
     */
    #[Test]
    #[DataProvider('leaks')]
    public function what_is_left_behind_is_named_once(Closure $leak, Kind $kind, string $place, string $what): void
    {
        $detector = $this->detector();
        self::assertSame([], $this->request($detector), 'A request that leaves nothing.');

        $found = $this->request($detector, $leak);

        self::assertSame([$place], array_map(static fn (Finding $finding): string => $finding->place, $found));
        self::assertSame($kind, $found[0]->kind);
        $what[0] === '/' ? self::assertMatchesRegularExpression($what, $found[0]->what) : self::assertSame($what, $found[0]->what);
        self::assertSame('GET /shop/{id}', $found[0]->route);
        self::assertNotSame('', $found[0]->advice);
        self::assertSame([], $this->request($detector, $leak), 'Not a second time.');
    }

    #[Test]
    public function a_singleton_that_is_kept_on_purpose_is_a_leak_and_any_other_is_put_back(): void
    {
        $detector = $this->detector();
        $found = $this->request($detector, static function (Application $app): void {
            $app->make('register')->basket->count++;
            $app->make('register')->notes->push('x');
        });

        self::assertEqualsCanonicalizing(
            [[Kind::Leak, 'Leaks\Basket::$count'], [Kind::Leak, 'Leaks\Register::$notes']],
            array_map(static fn (Finding $finding): array => [$finding->kind, $finding->place], $found),
        );

        $this->laravel->app->make('config')->set('bridge.keep', []);
        $found = $this->request($this->detector(), static fn (Application $app) => $app->make('register')->basket->count++);
        self::assertSame([[Kind::Restored, 'Leaks\Basket::$count']], array_map(static fn (Finding $finding): array => [$finding->kind, $finding->place], $found));
    }

    #[Test]
    public function what_the_configuration_ignores_is_not_mentioned(): void
    {
        $this->laravel->app->make('config')->set('bridge.detect.ignore', ['Leaks\Basket::$ca*']);
        $detector = $this->detector();

        self::assertSame([], $this->request($detector, static fn () => Basket::$cache = true));
        self::assertNotSame([], $this->request($detector, static fn () => Basket::$last = new Basket));
    }

    #[Test]
    public function memory_that_grows_with_each_request_is_told_and_by_how_much(): void
    {
        $detector = $this->detector(Mode::Thorough);
        $found = [];
        for ($i = 0; $i < 8; $i++) {
            array_push($found, ...$this->request($detector, static fn () => self::$grown[] = random_bytes(10_000)));
        }
        $memory = array_values(array_filter($found, static fn (Finding $finding): bool => str_starts_with($finding->place, 'memory')));

        self::assertCount(1, $memory);
        self::assertSame([Kind::Growth, 'memory of GET /shop/{id}'], [$memory[0]->kind, $memory[0]->place]);
        self::assertMatchesRegularExpression('/about 1\d{4} bytes/', $memory[0]->what);
    }

    #[Test]
    public function files_that_are_never_closed_are_counted(): void
    {
        $detector = $this->detector();
        $open = [];
        $found = [];
        for ($i = 0; $i < 4; $i++) {
            array_push($found, ...$this->request($detector, static function () use (&$open): void {
                $open[] = fopen(__FILE__, 'r');
            }));
        }

        self::assertSame(['open descriptors: '.__FILE__], array_map(static fn (Finding $finding): string => $finding->place, $found));
        self::assertSame(Kind::Growth, $found[0]->kind);
    }

    #[Test]
    public function the_summary_says_what_was_found_and_what_it_cost(): void
    {
        $detector = $this->detector();
        $this->request($detector);
        self::assertMatchesRegularExpression('/^detect: 1 requests, nothing found; \d+\.\d\d ms spent on each request$/', (string) $detector->summary());
        $this->request($detector, static fn () => Basket::$items[] = 1);
        self::assertStringContainsString('2 requests, 1 leak;', (string) $detector->summary());
    }

    private function detector(Mode $mode = Mode::Usual): Detector
    {
        $app = $this->laravel->app;
        $this->sandbox = new Sandbox($app);
        // Once: what the framework loads at the first request is no news.
        $app->make('router')->dispatch(Request::create('/shop/0'));
        $this->sandbox->reset();
        $detector = new Detector($app, $mode);
        $detector->begin();

        return $detector;
    }

    /**
     * @param  (Closure(Application): mixed)|null  $do
     * @return list<Finding> without what packages keep
     */
    private function request(Detector $detector, ?Closure $do = null): array
    {
        $app = $this->laravel->app;
        $app->make('router')->dispatch(Request::create('/shop/1'));
        $do === null ? null : $do($app);
        $detector->beforeReset();
        $this->sandbox->reset();
        $detector->afterReset();

        return array_values(array_filter($detector->take(), static fn (Finding $finding): bool => $finding->kind !== Kind::Kept));
    }
}
