<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use Carbon\Carbon;
use Closure;
use Illuminate\Auth\GenericUser;
use Illuminate\Contracts\Auth\Access\Gate;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Http\Kernel as HttpKernel;
use Illuminate\Foundation\Vite;
use Illuminate\Http\Client\Factory as HttpClient;
use Illuminate\Http\Request;
use Illuminate\Notifications\ChannelManager;
use Illuminate\Pagination\AbstractPaginator;
use Illuminate\Pagination\Paginator;
use Illuminate\Support\Facades\Facade;
use Illuminate\Support\Facades\Http;
use Illuminate\Support\Number;
use Illuminate\Support\Once;
use Illuminate\Support\Str;
use LaravelBridge\Laravel\Resetter;
use LaravelBridge\Laravel\Resetters\ArrayCache;
use LaravelBridge\Laravel\Resetters\ContainerState;
use LaravelBridge\Laravel\Resetters\Databases;
use LaravelBridge\Laravel\Resetters\ErrorHandlers;
use LaravelBridge\Laravel\Resetters\Guards;
use LaravelBridge\Laravel\Resetters\Locale;
use LaravelBridge\Laravel\Resetters\Logs;
use LaravelBridge\Laravel\Resetters\MemoizedCalls;
use LaravelBridge\Laravel\Resetters\ProcessState;
use LaravelBridge\Laravel\Resetters\RouteControllers;
use LaravelBridge\Laravel\Resetters\ServiceState;
use LaravelBridge\Laravel\Resetters\Sessions;
use LaravelBridge\Laravel\Resetters\StaticState;
use LaravelBridge\Laravel\Resetters\StringCaches;
use LaravelBridge\Laravel\Resetters\Urls;
use LaravelBridge\Laravel\Resetters\Views;
use LaravelBridge\Laravel\Sandbox;
use LaravelBridge\Tests\Support\Counter;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use ReflectionProperty;
use RuntimeException;

/**
 * Everything that a request may leave behind: gone after a reset, and still there when the resetter in charge is missing.
 */
#[BackupGlobals(true)]
final class SandboxTest extends TestCase
{
    private static string $word = '';

    private SmallLaravel $laravel;

    protected function setUp(): void
    {
        // These are resolved by some provider of most applications; unresolved ones end with their request anyway.
        $this->laravel = new SmallLaravel('
            foreach (["mail.manager", \Illuminate\Notifications\ChannelManager::class, \Illuminate\Http\Client\Factory::class, \Illuminate\Foundation\Vite::class] as $service) {
                $this->app->make($service);
            }
            $this->app["url"]->defaults(["tenant" => "base"]);
            $this->app["db"]->connection();
            $this->app["router"]->get("/counting", [\LaravelBridge\Tests\Support\CountingController::class, "show"])->name("counting");
            $this->app["router"]->getRoutes()->refreshNameLookups();
        ');
    }

    protected function tearDown(): void
    {
        mb_internal_encoding('UTF-8');
        Number::useLocale('en');
        $this->laravel->stop();
    }

    /**
     * What a request does, what can be seen of it, and who takes it back: a class, or the service of a ServiceState.
     *
     * @return iterable<string, array{string, Closure(Application): mixed, Closure(Application): mixed}>
     */
    public static function leaks(): iterable
    {
        yield 'a singleton first resolved in a request' => [
            ContainerState::class,
            static function (Application $app): void {
                $app->singleton(Counter::class);
                $app->make(Counter::class)->count++;
            },
            static fn (Application $app) => [$app->bound(Counter::class), $app->resolved(Counter::class)],
        ];
        yield 'a binding replaced' => [
            ContainerState::class,
            static fn (Application $app) => $app->instance('files', new Counter),
            static fn (Application $app) => $app->make('files')::class,
        ];
        yield 'a terminating callback' => [
            ContainerState::class,
            static fn (Application $app) => $app->terminating(static fn () => null),
            static fn (Application $app) => count(self::read($app, 'terminatingCallbacks')),
        ];
        yield 'the request' => [
            ContainerState::class,
            static fn (Application $app) => $app->instance('request', Request::create('/leaked')),
            static fn (Application $app) => $app->make('request')->path(),
        ];
        yield 'another container' => [
            ContainerState::class,
            static fn (Application $app) => Application::setInstance(new Application('/tmp')),
            static fn (Application $app) => Application::getInstance() === $app,
        ];
        yield 'what a facade has resolved' => [
            Facade::class,
            static fn (Application $app) => Http::getFacadeRoot(),
            static fn (Application $app) => array_keys(self::readStatic(Facade::class, 'resolvedInstance')),
        ];
        yield 'configuration' => [
            'config',
            static fn (Application $app) => $app->make('config')->set('app.name', 'leaked'),
            static fn (Application $app) => $app->make('config')->get('app.name'),
        ];
        yield 'an event listener' => [
            'events',
            static fn (Application $app) => $app->make('events')->listen('leaked', static fn () => null),
            static fn (Application $app) => $app->make('events')->hasListeners('leaked'),
        ];
        yield 'a wildcard listener' => [
            'events',
            static fn (Application $app) => $app->make('events')->listen('leak*', static fn () => null),
            static fn (Application $app) => $app->make('events')->hasListeners('leaked'),
        ];
        yield 'global middleware' => [
            Kernel::class,
            static fn (Application $app) => self::kernel($app)->pushMiddleware('Leaked'),
            static fn (Application $app) => self::kernel($app)->hasMiddleware('Leaked'),
        ];
        yield 'the current route' => [
            'router',
            static function (Application $app): void {
                $app->make('router')->get('/r', static fn (): string => 'ok');
                $app->make('router')->dispatch(Request::create('/r'));
            },
            static fn (Application $app) => [$app->make('router')->current()?->uri(), $app->make('router')->getCurrentRequest()?->path()],
        ];
        yield 'a route' => [
            'routes',
            static fn (Application $app) => $app->make('router')->get('/leaked', static fn () => 1),
            static fn (Application $app) => count($app->make('router')->getRoutes()),
        ];
        yield 'a middleware alias' => [
            'router',
            static fn (Application $app) => $app->make('router')->aliasMiddleware('leaked', 'Leaked'),
            static fn (Application $app) => $app->make('router')->getMiddleware()['leaked'] ?? null,
        ];
        yield 'a controller and what was injected into it' => [
            RouteControllers::class,
            static fn (Application $app) => $app->make('router')->dispatch(Request::create('/counting')),
            static fn (Application $app) => $app->make('router')->getRoutes()->getByName('counting')?->controller,
        ];
        yield 'a forced scheme' => [
            Urls::class,
            static fn (Application $app) => $app->make('url')->forceScheme('https'),
            static fn (Application $app) => $app->make('url')->to('/x'),
        ];
        yield 'URL defaults' => [
            Urls::class,
            static fn (Application $app) => $app->make('url')->defaults(['tenant' => 'leaked', 'more' => 'leaked']),
            static fn (Application $app) => $app->make('url')->getDefaultParameters(),
        ];
        yield 'the session of the redirector' => [
            'redirect',
            static fn (Application $app) => $app->make('redirect')->setSession(clone $app->make('session.store')),
            static fn (Application $app) => self::read($app->make('redirect'), 'session') === $app->make('session.store'),
        ];
        yield 'who is logged in' => [
            Guards::class,
            static fn (Application $app) => $app->make('auth')->guard()->setUser(new GenericUser(['id' => 1])),
            static fn (Application $app) => $app->make('auth')->hasResolvedGuards(),
        ];
        yield 'how users are found' => [
            Guards::class,
            static fn (Application $app) => $app->make('auth')->resolveUsersUsing(static fn () => 'leaked'),
            static fn (Application $app) => self::read($app->make('auth'), 'userResolver')(null) === 'leaked',
        ];
        yield 'an ability' => [
            Gate::class,
            static fn (Application $app) => $app->make(Gate::class)->define('leaked', static fn () => true),
            static fn (Application $app) => $app->make(Gate::class)->has('leaked'),
        ];
        yield 'session data' => [
            Sessions::class,
            static fn (Application $app) => $app->make('session.store')->put('leaked', true),
            static fn (Application $app) => $app->make('session.store')->all(),
        ];
        yield 'a session driver' => [
            Sessions::class,
            static fn (Application $app) => $app->make('session')->driver('null'),
            static fn (Application $app) => array_keys($app->make('session')->getDrivers()),
        ];
        yield 'a queued cookie' => [
            'cookie',
            static fn (Application $app) => $app->make('cookie')->queue('leaked', 'value'),
            static fn (Application $app) => $app->make('cookie')->getQueuedCookies(),
        ];
        yield 'the locale' => [
            Locale::class,
            static fn (Application $app) => $app->setLocale('fr'),
            static fn (Application $app) => [$app->make('translator')->getLocale(), Carbon::getLocale()],
        ];
        yield 'the fallback locale' => [
            Locale::class,
            static fn (Application $app) => $app->make('translator')->setFallback('fr'),
            static fn (Application $app) => $app->make('translator')->getFallback(),
        ];
        yield 'shared view data' => [
            Views::class,
            static fn (Application $app) => $app->make('view')->share('leaked', 'value'),
            static fn (Application $app) => $app->make('view')->shared('leaked'),
        ];
        yield 'an open section' => [
            Views::class,
            static fn (Application $app) => $app->make('view')->inject('leaked', 'value'),
            static fn (Application $app) => $app->make('view')->getSections(),
        ];
        yield 'a view composer' => [
            Views::class,
            static fn (Application $app) => $app->make('view')->share('__leak', fn () => 1),
            static fn (Application $app) => count($app->make('view')->getShared()),
        ];
        yield 'log context' => [
            Logs::class,
            static fn (Application $app) => $app->make('log')->shareContext(['leaked' => true]),
            static fn (Application $app) => $app->make('log')->sharedContext(),
        ];
        yield 'context of a log channel' => [
            Logs::class,
            static fn (Application $app) => $app->make('log')->channel()->withContext(['leaked' => true]),
            static fn (Application $app) => self::read($app->make('log')->channel(), 'context'),
        ];
        yield 'a validation rule' => [
            'validator',
            static fn (Application $app) => $app->make('validator')->extend('leaked', static fn () => true),
            static fn (Application $app) => array_keys(self::read($app->make('validator'), 'extensions')),
        ];
        yield 'a mailer' => [
            'mail.manager',
            static fn (Application $app) => $app->make('mail.manager')->mailer('array'),
            static fn (Application $app) => array_keys(self::read($app->make('mail.manager'), 'mailers')),
        ];
        yield 'a notification channel' => [
            ChannelManager::class,
            static fn (Application $app) => $app->make(ChannelManager::class)->deliverVia('leaked'),
            static fn (Application $app) => $app->make(ChannelManager::class)->deliversVia(),
        ];
        yield 'options of the HTTP client' => [
            HttpClient::class,
            static fn (Application $app) => $app->make(HttpClient::class)->globalOptions(['timeout' => 1]),
            static fn (Application $app) => self::read($app->make(HttpClient::class), 'globalOptions'),
        ];
        yield 'the nonce of Vite' => [
            Vite::class,
            static fn (Application $app) => $app->make(Vite::class)->useCspNonce('leaked'),
            static fn (Application $app) => $app->make(Vite::class)->cspNonce(),
        ];
        yield 'the style of paginators' => [
            AbstractPaginator::class,
            static fn (Application $app) => Paginator::useBootstrapFive(),
            static fn (Application $app) => AbstractPaginator::$defaultView,
        ];
        yield 'the language of numbers' => [
            Number::class,
            static fn (Application $app) => Number::useLocale('fr'),
            static fn (Application $app) => Number::defaultLocale(),
        ];
        yield 'what once() remembers' => [
            MemoizedCalls::class,
            static fn (Application $app) => self::memoized('leaked'),
            static fn (Application $app) => self::memoized('fresh'),
        ];
        yield 'words by the thousand' => [
            StringCaches::class,
            static fn (Application $app) => array_map(static fn (int $i): string => Str::snake("WordNumber{$i}"), range(1, 3000)),
            static fn (Application $app) => count(self::readStatic(Str::class, 'snakeCache')) > 2000,
        ];
        yield 'the array cache' => [
            ArrayCache::class,
            static fn (Application $app) => $app->make('cache')->store('array')->put('leaked', 1),
            static fn (Application $app) => $app->make('cache')->store('array')->get('leaked'),
        ];
        yield 'an open transaction' => [
            Databases::class,
            static fn (Application $app) => $app->make('db')->beginTransaction(),
            static fn (Application $app) => $app->make('db')->transactionLevel(),
        ];
        yield 'the query log' => [
            Databases::class,
            static fn (Application $app) => $app->make('db')->enableQueryLog() ?? $app->make('db')->select('select 1'),
            static fn (Application $app) => [$app->make('db')->logging(), count($app->make('db')->getQueryLog())],
        ];
        yield 'the note that something was written' => [
            Databases::class,
            static fn (Application $app) => $app->make('db')->connection()->recordsHaveBeenModified(),
            static fn (Application $app) => $app->make('db')->connection()->hasModifiedRecords(),
        ];
        yield 'time spent in queries' => [
            Databases::class,
            static fn (Application $app) => $app->make('db')->select('select 1'),
            static fn (Application $app) => $app->make('db')->connection()->totalQueryDuration() > 0,
        ];
        yield 'an error handler' => [
            ErrorHandlers::class,
            static fn (Application $app) => set_error_handler(static fn (): bool => true),
            static fn (Application $app) => get_error_handler() instanceof Closure && (new \ReflectionFunction(get_error_handler()))->getClosureScopeClass()?->getName() === self::class,
        ];
        yield 'the time zone' => [
            ProcessState::class,
            static fn (Application $app) => date_default_timezone_set('Asia/Tokyo'),
            static fn (Application $app) => date_default_timezone_get(),
        ];
        yield 'a setting' => [
            ProcessState::class,
            static fn (Application $app) => ini_set('precision', '5'),
            static fn (Application $app) => ini_get('precision'),
        ];
        yield 'the environment' => [
            ProcessState::class,
            static fn (Application $app) => putenv('LEAKED=1'),
            static fn (Application $app) => getenv('LEAKED'),
        ];
        yield 'the encoding' => [
            ProcessState::class,
            static fn (Application $app) => mb_internal_encoding('ISO-8859-1'),
            static fn (Application $app) => mb_internal_encoding(),
        ];
        yield 'the working directory' => [
            ProcessState::class,
            static fn (Application $app) => chdir('/'),
            static fn (Application $app) => getcwd(),
        ];
    }

    /**
     * @param  Closure(Application): mixed  $leak
     * @param  Closure(Application): mixed  $observe
     */
    #[Test]
    #[DataProvider('leaks')]
    public function what_a_request_leaves_is_gone_and_would_be_there_without_its_resetter(string $inCharge, Closure $leak, Closure $observe): void
    {
        $app = $this->laravel->app;
        $resetters = Sandbox::resetters($app);
        $others = array_values(array_filter($resetters, static fn (Resetter $resetter): bool => self::nameOf($resetter) !== $inCharge));
        self::assertCount(count($resetters) - 1, $others, "There is one resetter {$inCharge}.");
        $whole = new Sandbox($app, $resetters);
        $lame = new Sandbox($app, $others);

        $before = $observe($app);
        $whole->reset();
        self::assertEquals($before, $observe($app), 'A reset changes nothing by itself.');
        $leak($app);
        self::assertNotEquals($before, $observe($app), 'The request leaves something.');
        $lame->reset();
        self::assertNotEquals($before, $observe($app), 'Without the resetter it stays.');
        foreach (['With the resetter it is gone.', 'And gone the next time too.'] as $message) {
            $leak($app);
            $whole->reset();
            self::assertEquals($before, $observe($app), $message);
        }
    }

    #[Test]
    public function scoped_instances_are_not_born_before_the_fork(): void
    {
        $app = $this->laravel->app;
        $app->scoped(Counter::class);
        $app->make(Counter::class)->count = 5;
        $sandbox = new Sandbox($app);

        self::assertSame(0, $app->make(Counter::class)->count);
        $app->make(Counter::class)->count = 7;
        $sandbox->reset();
        self::assertSame(0, $app->make(Counter::class)->count);
    }

    #[Test]
    public function every_worker_has_a_session_id_of_its_own(): void
    {
        $app = $this->laravel->app;
        $sandbox = new Sandbox($app);
        $before = $app->make('session.store')->getId();
        $sandbox->forked();
        $after = $app->make('session.store')->getId();

        self::assertNotSame($before, $after);
        $app->make('session.store')->put('a', 1);
        $sandbox->reset();
        self::assertNotSame($after, $app->make('session.store')->getId());
    }

    #[Test]
    public function connections_and_channels_stay_open(): void
    {
        $app = $this->laravel->app;
        $sandbox = new Sandbox($app);
        $pdo = $app->make('db')->connection()->getPdo();
        $channel = $app->make('log')->channel();
        $sandbox->reset();

        self::assertSame($pdo, $app->make('db')->connection()->getPdo());
        self::assertSame($channel, $app->make('log')->channel());
    }

    #[Test]
    public function an_open_transaction_is_rolled_back_and_not_forgotten(): void
    {
        $app = $this->laravel->app;
        $sandbox = new Sandbox($app);
        $db = $app->make('db')->connection();
        $db->statement('create table notes (text text)');
        $db->beginTransaction();
        $db->beginTransaction();
        $db->table('notes')->insert(['text' => 'lost']);
        $sandbox->reset();

        self::assertSame(0, $db->transactionLevel());
        self::assertSame(0, $db->table('notes')->count());
    }

    private static function nameOf(Resetter $resetter): string
    {
        return match (true) {
            $resetter instanceof ServiceState => $resetter->service,
            $resetter instanceof StaticState => $resetter->class,
            default => $resetter::class,
        };
    }

    /** once() remembers by the place of the call, which is the same for both words. An observation is not remembered. */
    private static function memoized(string $word): string
    {
        self::$word = $word;
        $value = once(static fn (): string => self::$word);
        if ($value === 'fresh') {
            Once::flush();
        }

        return $value;
    }

    private static function kernel(Application $app): HttpKernel
    {
        $kernel = $app->make(Kernel::class);

        return $kernel instanceof HttpKernel ? $kernel : throw new RuntimeException('Another kernel.');
    }

    private static function read(object $object, string $property): mixed
    {
        for ($class = new \ReflectionClass($object); $class !== false; $class = $class->getParentClass()) {
            if ($class->hasProperty($property)) {
                return (new ReflectionProperty($class->getName(), $property))->getValue($object);
            }
        }

        throw new RuntimeException("No property {$property}.");
    }

    /**
     * @param  class-string  $class
     */
    private static function readStatic(string $class, string $property): mixed
    {
        return (new ReflectionProperty($class, $property))->getValue();
    }
}
