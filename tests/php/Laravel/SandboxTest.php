<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Closure;
use Illuminate\Auth\GenericUser;
use Illuminate\Cache\RateLimiter;
use Illuminate\Contracts\Auth\Access\Gate;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\Relation;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Exceptions\Handler;
use Illuminate\Foundation\Exceptions\Renderer\Listener;
use Illuminate\Foundation\Http\Kernel as HttpKernel;
use Illuminate\Foundation\Vite;
use Illuminate\Http\Client\Factory as HttpClient;
use Illuminate\Http\Request;
use Illuminate\Http\Resources\Json\JsonResource;
use Illuminate\Http\Response;
use Illuminate\Notifications\ChannelManager;
use Illuminate\Pagination\AbstractPaginator;
use Illuminate\Pagination\Paginator;
use Illuminate\Queue\Queue;
use Illuminate\Support\Collection;
use Illuminate\Support\Facades\Date;
use Illuminate\Support\Facades\Facade;
use Illuminate\Support\Facades\Http;
use Illuminate\Support\Number;
use Illuminate\Support\Once;
use Illuminate\Support\Str;
use Illuminate\Validation\Rules\Password;
use Illuminate\View\ViewException;
use LaravelBridge\Laravel\Resetter;
use LaravelBridge\Laravel\Resetters\ArrayCache;
use LaravelBridge\Laravel\Resetters\Carbons;
use LaravelBridge\Laravel\Resetters\ClassStatics;
use LaravelBridge\Laravel\Resetters\ContainerState;
use LaravelBridge\Laravel\Resetters\Databases;
use LaravelBridge\Laravel\Resetters\Disks;
use LaravelBridge\Laravel\Resetters\ErrorHandlers;
use LaravelBridge\Laravel\Resetters\Events;
use LaravelBridge\Laravel\Resetters\Guards;
use LaravelBridge\Laravel\Resetters\Locale;
use LaravelBridge\Laravel\Resetters\Logs;
use LaravelBridge\Laravel\Resetters\PackageServices;
use LaravelBridge\Laravel\Resetters\ProcessState;
use LaravelBridge\Laravel\Resetters\Reconfigured;
use LaravelBridge\Laravel\Resetters\RouteControllers;
use LaravelBridge\Laravel\Resetters\ServiceState;
use LaravelBridge\Laravel\Resetters\Sessions;
use LaravelBridge\Laravel\Resetters\StaticState;
use LaravelBridge\Laravel\Resetters\StringCaches;
use LaravelBridge\Laravel\Resetters\Urls;
use LaravelBridge\Laravel\Resetters\Views;
use LaravelBridge\Laravel\Sandbox;
use LaravelBridge\Tests\Support\Counter;
use LaravelBridge\Tests\Support\ListeningModel;
use LaravelBridge\Tests\Support\SmallLaravel;
use LaravelBridge\Tests\Support\SplHolders;
use Leaks\Basket;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use Ramsey\Uuid\Uuid;
use ReflectionFunction;
use ReflectionMethod;
use ReflectionProperty;
use RuntimeException;
use stdClass;
use Symfony\Component\HttpFoundation\Request as SymfonyRequest;
use WeakReference;

require_once dirname(__DIR__).'/Support/leaks.php';

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
        // Other tests prepare answers without a type, and Symfony then takes it away from PHP itself.
        ini_set('default_mimetype', 'text/html');
        // These are resolved by some provider of most applications; unresolved ones end with their request anyway.
        $this->laravel = new SmallLaravel('
            foreach ([\Illuminate\Cache\RateLimiter::class, "mail.manager", \Illuminate\Notifications\ChannelManager::class, \Illuminate\Http\Client\Factory::class, \Illuminate\Foundation\Vite::class] as $service) {
                $this->app->make($service);
            }
            $this->app["url"]->defaults(["tenant" => "base"]);
            $this->app["db"]->connection();
            $this->app->instance("counter", new \LaravelBridge\Tests\Support\Counter);
            foreach (\LaravelBridge\Tests\Support\SplHolders::all() as $name => $holder) {
                $this->app->instance("holders.{$name}", $holder);
            }
            $this->app->instance("package", new \LaravelBridge\Tests\Support\Package);
            $this->app["router"]->get("/counting", [\LaravelBridge\Tests\Support\CountingController::class, "show"])->name("counting");
            $this->app["router"]->getRoutes()->refreshNameLookups();
        ');
        error_clear_last();
    }

    protected function tearDown(): void
    {
        foreach (spl_autoload_functions() as $loader) {
            if ($loader instanceof Closure && (new ReflectionFunction($loader))->getClosureThis() instanceof ClassStatics) {
                spl_autoload_unregister($loader);
            }
        }
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
            ClassStatics::class,
            static fn (Application $app) => Application::setInstance(new Application('/tmp')),
            static fn (Application $app) => Application::getInstance() === $app,
        ];
        yield 'what a facade has resolved' => [
            ClassStatics::class,
            static fn (Application $app) => Http::getFacadeRoot(),
            static fn (Application $app) => array_keys(self::readStatic(Facade::class, 'resolvedInstance')),
        ];
        yield 'configuration' => [
            'config',
            static fn (Application $app) => $app->make('config')->set('app.name', 'leaked'),
            static fn (Application $app) => $app->make('config')->get('app.name'),
        ];
        yield 'an event listener' => [
            Events::class,
            static fn (Application $app) => $app->make('events')->listen('leaked', static fn () => null),
            static fn (Application $app) => $app->make('events')->hasListeners('leaked'),
        ];
        yield 'a wildcard listener' => [
            Events::class,
            static fn (Application $app) => $app->make('events')->listen('leak*', static fn () => null),
            static fn (Application $app) => $app->make('events')->hasListeners('leaked'),
        ];
        yield 'a wildcard listener that was told' => [
            Events::class,
            static function (Application $app): void {
                $app->make('events')->listen('leak*', static fn () => null);
                $app->make('events')->dispatch('leaked');
            },
            static fn (Application $app) => count($app->make('events')->getListeners('leaked')),
        ];
        yield 'lines of the translator' => [
            Locale::class,
            static fn (Application $app) => $app->make('translator')->addLines(['leaked.line' => 'leaked'], 'en'),
            static fn (Application $app) => $app->make('translator')->get('leaked.line'),
        ];
        yield 'a disk that was put in place of another' => [
            Disks::class,
            static fn (Application $app) => $app->make('filesystem')->set('local', $app->make('filesystem')->build('/leaked')),
            static fn (Application $app) => $app->make('filesystem')->disk('local')->path(''),
        ];
        yield 'a setting that hardly anybody changes' => [
            ProcessState::class,
            static fn (Application $app) => ini_set('docref_root', '/leaked'),
            static fn (Application $app) => ini_get('docref_root'),
        ];
        yield 'the seed of random numbers' => [
            ProcessState::class,
            static fn (Application $app) => mt_srand(5),
            static function (Application $app): bool {
                $number = mt_rand();
                mt_srand(5);
                $known = mt_rand();
                mt_srand(5);

                return $known === $number;
            },
        ];
        yield 'encodings that are tried' => [
            ProcessState::class,
            static fn (Application $app) => mb_detect_order(['ASCII']),
            static fn (Application $app) => mb_detect_order(),
        ];
        yield 'the encoding of regular expressions' => [
            ProcessState::class,
            static fn (Application $app) => mb_regex_encoding('EUC-JP'),
            static fn (Application $app) => mb_regex_encoding(),
        ];
        yield 'the locale of intl' => [
            ProcessState::class,
            static fn (Application $app) => \Locale::setDefault('ja_JP'),
            static fn (Application $app) => \Locale::getDefault(),
        ];
        yield 'what objects of PHP\'s own hold' => [
            PackageServices::class,
            static function (Application $app): void {
                foreach (['array', 'storage', 'queue', 'plain', 'map'] as $name) {
                    SplHolders::fill($app->make("holders.{$name}"));
                }
            },
            static fn (Application $app) => array_map(static fn (string $name): int => SplHolders::count($app->make("holders.{$name}")), ['array', 'storage', 'queue', 'plain', 'map']),
        ];
        yield 'a static property that had no value' => [
            ClassStatics::class,
            static fn (Application $app) => Basket::first(),
            static fn (Application $app) => (new ReflectionProperty(Basket::class, 'first'))->isInitialized(),
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
        yield 'the views that an exception came through' => [
            Views::class,
            static function (Application $app): void {
                file_put_contents($view = $app->storagePath('throws.blade.php'), '<?php throw new LogicException("leaked"); ?>');
                try {
                    $app->make('view')->file($view)->render();
                } catch (ViewException) {
                }
            },
            static fn (Application $app) => self::read($app->make('view')->getEngineResolver()->resolve('blade'), 'lastCompiled'),
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
            ClassStatics::class,
            static fn (Application $app) => Paginator::useBootstrapFive(),
            static fn (Application $app) => AbstractPaginator::$defaultView,
        ];
        yield 'the language of numbers' => [
            ClassStatics::class,
            static fn (Application $app) => Number::useLocale('fr'),
            static fn (Application $app) => Number::defaultLocale(),
        ];
        yield 'a model with its listeners and scopes' => [
            ClassStatics::class,
            static fn (Application $app) => new ListeningModel,
            static fn (Application $app) => array_key_exists(ListeningModel::class, self::readStatic(Model::class, 'booted')),
        ];
        yield 'a scope of a model' => [
            ClassStatics::class,
            static fn (Application $app) => ListeningModel::addGlobalScope('leaked', static fn () => null),
            static fn (Application $app) => array_keys(ListeningModel::getAllGlobalScopes()[ListeningModel::class] ?? []),
        ];
        yield 'unguarded models' => [
            ClassStatics::class,
            static fn (Application $app) => Model::unguard(),
            static fn (Application $app) => Model::isUnguarded(),
        ];
        yield 'a morph map' => [
            ClassStatics::class,
            static fn (Application $app) => Relation::morphMap(['leaked' => ListeningModel::class]),
            static fn (Application $app) => Relation::morphMap(),
        ];
        yield 'resources without a wrapping' => [
            ClassStatics::class,
            static fn (Application $app) => JsonResource::withoutWrapping(),
            static fn (Application $app) => JsonResource::$wrap,
        ];
        yield 'the rule for passwords' => [
            ClassStatics::class,
            static fn (Application $app) => Password::defaults(static fn () => Password::min(50)),
            static fn (Application $app) => self::readStatic(Password::class, 'defaultCallback') === null,
        ];
        yield 'what goes into each job' => [
            ClassStatics::class,
            static fn (Application $app) => Queue::createPayloadUsing(static fn (): array => ['leaked' => true]),
            static fn (Application $app) => count(self::readStatic(Queue::class, 'createPayloadCallbacks')),
        ];
        yield 'made up UUIDs' => [
            ClassStatics::class,
            static fn (Application $app) => Str::createUuidsUsing(static fn () => Uuid::fromString(Uuid::NIL)),
            static fn (Application $app) => (string) Str::uuid() === Uuid::NIL,
        ];
        yield 'trusted proxies' => [
            SymfonyRequest::class,
            static fn (Application $app) => SymfonyRequest::setTrustedProxies(['10.0.0.1'], SymfonyRequest::HEADER_X_FORWARDED_FOR),
            static fn (Application $app) => SymfonyRequest::getTrustedProxies(),
        ];
        yield 'a static property of the application' => [
            ClassStatics::class,
            static fn (Application $app) => Basket::$items[] = 'leaked',
            static fn (Application $app) => Basket::$items,
        ];
        yield 'a static variable of a method' => [
            ClassStatics::class,
            static fn (Application $app) => Basket::counted(),
            static fn (Application $app) => (new ReflectionMethod(Basket::class, 'counted'))->getStaticVariables(),
        ];
        yield 'a static variable of a function' => [
            ClassStatics::class,
            static fn (Application $app) => \Leaks\counted(),
            static fn (Application $app) => (new ReflectionFunction('Leaks\counted'))->getStaticVariables(),
        ];
        yield 'a macro' => [
            ClassStatics::class,
            static fn (Application $app) => Collection::macro('leaked', fn () => 1),
            static fn (Application $app) => Collection::hasMacro('leaked'),
        ];
        yield 'a Blade directive' => [
            'blade.compiler',
            static fn (Application $app) => $app->make('blade.compiler')->directive('leaked', static fn (): string => ''),
            static fn (Application $app) => array_keys($app->make('blade.compiler')->getCustomDirectives()),
        ];
        yield 'what is not reported' => [
            ExceptionHandler::class,
            static fn (Application $app) => self::handler($app)->ignore(RuntimeException::class),
            static fn (Application $app) => self::read(self::handler($app), 'dontReport'),
        ];
        yield 'the queries on the page of an exception' => [
            Listener::class,
            static fn (Application $app) => $app->make('db')->select('select 1'),
            static fn (Application $app) => count($app->make(Listener::class)->queries()),
        ];
        yield 'a singleton that a provider resolved' => [
            PackageServices::class,
            static fn (Application $app) => $app->make('counter')->count++,
            static fn (Application $app) => $app->make('counter')->count,
        ];
        yield 'what such a singleton is made of' => [
            PackageServices::class,
            static function (Application $app): void {
                $app->make('package')->inner->count++;
                $app->make('package')->list[0]->count++;
                $app->make('package')->collected->push('leaked');
            },
            static fn (Application $app) => [$app->make('package')->inner->count, $app->make('package')->list[0]->count, $app->make('package')->collected->all()],
        ];
        yield 'the database of a tenant' => [
            Reconfigured::class,
            static function (Application $app): void {
                $app->make('config')->set('database.connections.tenant', ['driver' => 'sqlite', 'database' => ':memory:', 'prefix' => 'leaked_']);
                $app->make('db')->connection('tenant');
            },
            static fn (Application $app) => array_keys($app->make('db')->getConnections()),
        ];
        yield 'the type of answers without one' => [
            ProcessState::class,
            static fn (Application $app) => (new Response('', 204))->prepare(Request::create('/')),
            static fn (Application $app) => ini_get('default_mimetype'),
        ];
        yield 'what once() remembers' => [
            ClassStatics::class,
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
        yield 'what is to run after the commit of a transaction that is gone' => [
            Databases::class,
            static fn (Application $app) => $app->make('db.transactions')->begin('other', 1) ?? $app->make('db.transactions')->addCallback(static fn () => null),
            static fn (Application $app) => count($app->make('db.transactions')->callbackApplicableTransactions()),
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
        yield 'the sight of queries' => [
            Databases::class,
            static fn (Application $app) => $app->make('db')->connection()->beforeExecuting(static fn () => null),
            static fn (Application $app) => count(self::read($app->make('db')->connection(), 'beforeExecutingCallbacks')),
        ];
        yield 'the folder of a theme' => [
            Views::class,
            static fn (Application $app) => $app->make('view')->addLocation('/leaked'),
            static fn (Application $app) => $app->make('view')->getFinder()->getPaths(),
        ];
        yield 'where a view was found' => [
            Views::class,
            static function (Application $app): void {
                file_put_contents($app->storagePath('leaked.php'), '');
                $app->make('view')->addLocation($app->storagePath());
                $app->make('view')->getFinder()->find('leaked');
            },
            static fn (Application $app) => array_keys($app->make('view')->getFinder()->getViews()),
        ];
        yield 'where lines are found' => [
            Locale::class,
            static fn (Application $app) => $app->make('translator')->addNamespace('leaked', '/leaked'),
            static fn (Application $app) => $app->make('translator')->getLoader()->namespaces(),
        ];
        yield 'a time that stands still' => [
            Carbons::class,
            static fn (Application $app) => Carbon::setTestNow('2001-01-01'),
            static fn (Application $app) => Carbon::hasTestNow(),
        ];
        yield 'a class for dates' => [
            ClassStatics::class,
            static fn (Application $app) => Date::use(CarbonImmutable::class),
            static fn (Application $app) => Date::now()::class,
        ];
        yield 'a limit' => [
            RateLimiter::class,
            static fn (Application $app) => $app->make(RateLimiter::class)->for('leaked', static fn () => null),
            static fn (Application $app) => $app->make(RateLimiter::class)->limiter('leaked') === null,
        ];
        yield 'a driver for disks' => [
            Disks::class,
            static fn (Application $app) => $app->make('filesystem')->extend('leaked', static fn () => null),
            static fn (Application $app) => array_keys(self::read($app->make('filesystem'), 'customCreators')),
        ];
        yield 'a processor of the log' => [
            Logs::class,
            static fn (Application $app) => $app->make('log')->channel()->getLogger()->pushProcessor(static fn ($record) => $record),
            static fn (Application $app) => count($app->make('log')->channel()->getLogger()->getProcessors()),
        ];
        yield 'a global variable' => [
            ProcessState::class,
            static fn (Application $app) => $GLOBALS['leaked'] = 1,
            static fn (Application $app) => array_key_exists('leaked', $GLOBALS),
        ];
        yield 'a variable of the environment, without putenv' => [
            ProcessState::class,
            static fn (Application $app) => $_ENV['LEAKED'] = '1',
            static fn (Application $app) => array_key_exists('LEAKED', $_ENV),
        ];
        yield 'the mask of new files' => [
            ProcessState::class,
            static fn (Application $app) => umask(0),
            static fn (Application $app) => umask(),
        ];
        yield 'errors of XML' => [
            ProcessState::class,
            static fn (Application $app) => libxml_use_internal_errors(true),
            static fn (Application $app) => libxml_use_internal_errors(),
        ];
        yield 'the last error' => [
            ProcessState::class,
            static function (Application $app): void {
                set_error_handler(static fn (): bool => false);
                @file_get_contents('/nowhere');
                restore_error_handler();
            },
            static fn (Application $app) => error_get_last()['message'] ?? '',
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
        $whole->forked();
        $whole->watch();
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
    public function a_model_tells_its_listeners_in_every_request(): void
    {
        $app = $this->laravel->app;
        $sandbox = new Sandbox($app);
        $app->make('db')->statement('create table listening_models (id integer primary key, name text)');
        foreach (['first', 'second'] as $name) {
            self::assertSame("heard {$name}", ListeningModel::query()->create(['name' => $name])->name);
            $sandbox->reset();
        }
    }

    #[Test]
    public function stores_of_a_tenant_are_made_anew_and_others_are_kept(): void
    {
        $app = $this->laravel->app;
        $sandbox = new Sandbox($app);
        $kept = $app->make('cache')->store('array');
        $sandbox->reset();
        self::assertSame($kept, $app->make('cache')->store('array'));

        $app->make('config')->set('cache.prefix', 'tenant_');
        $sandbox->reset();
        self::assertNotSame($kept, $app->make('cache')->store('array'));
    }

    #[Test]
    public function statics_that_the_configuration_keeps_are_left_alone(): void
    {
        $app = $this->laravel->app;
        foreach (['bridge.keep', 'bridge.detect.ignore'] as $setting) {
            foreach ([Basket::class, Basket::class.'::$items', Basket::class.'::counted()::$calls'] as $place) {
                Basket::$items = [];
                $app->make('config')->set($setting, [$place]);
                $sandbox = new Sandbox($app);
                Basket::$items[] = 'kept';
                $counted = Basket::counted();
                $sandbox->reset();

                self::assertSame(str_contains($place, '()') ? [] : ['kept'], Basket::$items, $place);
                self::assertSame(str_contains($place, '$items') ? $counted : $counted + 1, Basket::counted(), $place);
                $app->make('config')->set($setting, []);
            }
        }
        Basket::$items = [];
    }

    /**
     * "Made" holds a value that its file has given it; "parent" shows that a class that another one needs is seen, too.
     */
    #[Test]
    public function statics_of_classes_that_a_request_loads_are_what_their_files_made_them(): void
    {
        $name = 'Loaded'.bin2hex(random_bytes(4));
        $folder = $this->laravel->app->storagePath();
        file_put_contents("{$folder}/{$name}.php", "<?php class {$name} extends {$name}Parent { public static \$made = 'no'; public static \$list = ['a']; } {$name}::\$made = 'yes';");
        file_put_contents("{$folder}/{$name}Parent.php", "<?php class {$name}Parent { public static \$parent = null; }");
        spl_autoload_register(static function (string $class) use ($folder, $name): void {
            if (str_starts_with($class, $name)) {
                require "{$folder}/{$class}.php";
            }
        });
        $sandbox = new Sandbox($this->laravel->app);
        $sandbox->watch();
        for ($request = 0; $request < 3; $request++) {
            self::assertSame(['yes', ['a'], null], [$name::$made, $name::$list, $name::$parent]);
            $name::$made = $name::$parent = 'leaked';
            $name::$list[] = 'leaked';
            $sandbox->reset();
        }
    }

    #[Test]
    public function objects_that_static_properties_hold_are_as_they_were(): void
    {
        Basket::$last = new Basket;
        $sandbox = new Sandbox($this->laravel->app);
        Basket::$last->count = 7;
        $sandbox->reset();

        self::assertSame(0, Basket::$last->count);
        Basket::$last = null;
    }

    #[Test]
    public function services_that_the_configuration_flushes_are_made_anew_by_each_request(): void
    {
        $this->laravel->stop();
        $this->laravel = new SmallLaravel('
            $this->app->singleton(\LaravelBridge\Tests\Support\Counter::class);
            $this->app->alias(\LaravelBridge\Tests\Support\Counter::class, "count");
            $this->app->make("count")->count = 5;
        ', ['bridge' => "['flush' => ['count']]"]);

        self::assertSame(0, $this->laravel->app->make(Counter::class)->count);
    }

    #[Test]
    public function connections_are_closed_where_the_configuration_says_so(): void
    {
        $app = $this->laravel->app;
        $connection = $app->make('db')->connection();
        foreach ([[false, true], [['other'], true], [['memory'], false], [true, false]] as [$disconnect, $stays]) {
            $app->make('config')->set('bridge.disconnect', $disconnect);
            $connection->select('select 1');
            (new Sandbox($app))->reset();

            self::assertSame($stays, $connection->getRawPdo() instanceof \PDO, (string) json_encode($disconnect));
        }
    }

    #[Test]
    public function what_the_configuration_keeps_is_left_alone(): void
    {
        $app = $this->laravel->app;
        $app->make('config')->set('bridge.keep', [Counter::class]);
        $sandbox = new Sandbox($app);
        $app->make('counter')->count = 7;
        $sandbox->reset();

        self::assertSame(7, $app->make('counter')->count);
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
    public function a_session_in_the_database_is_stored_whoever_came_before(): void
    {
        $this->laravel->stop();
        $this->laravel = new SmallLaravel('', ['session' => "['driver' => 'database', 'connection' => null, 'table' => 'sessions', 'lottery' => [0, 100]]"]);
        $app = $this->laravel->app;
        $sandbox = new Sandbox($app);
        $app->make('db')->statement('create table sessions (id text, user_id integer, ip_address text, user_agent text, payload text, last_activity integer)');
        $store = $app->make('session.store');
        $visit = static function (string $id, ?string $name) use ($store, $sandbox): ?string {
            $store->setId($id);
            $store->start();
            $known = $store->get('name');
            if ($name !== null) {
                $store->put('name', $name);
            }
            $store->save();
            $sandbox->reset();

            return $known;
        };
        $anna = str_repeat('a', 40);
        $bob = str_repeat('b', 40);

        self::assertNull($visit($anna, 'Anna'));
        self::assertSame('Anna', $visit($anna, null));
        self::assertNull($visit($bob, 'Bob'));
        self::assertSame('Bob', $visit($bob, null));
        self::assertSame('Anna', $visit($anna, null));
    }

    #[Test]
    public function after_the_last_request_only_that_is_ended_which_others_wait_for(): void
    {
        $app = $this->laravel->app;
        $sandbox = new Sandbox($app);
        $made = new stdClass;
        $kept = WeakReference::create($made);
        $app->instance('made', $made);
        unset($made);
        $app->make('config')->set('app.name', 'changed');
        $sandbox->reset(last: true);

        self::assertFalse($app->bound('made'));
        self::assertNull($kept->get(), 'Its destructor has run.');
        self::assertSame('changed', $app->make('config')->get('app.name'));
        $sandbox->reset();
        self::assertNotSame('changed', $app->make('config')->get('app.name'));
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

    private static function handler(Application $app): Handler
    {
        $handler = $app->make(ExceptionHandler::class);

        return $handler instanceof Handler ? $handler : throw new RuntimeException('Another handler.');
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
