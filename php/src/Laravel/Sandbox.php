<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Carbon\Carbon;
use Illuminate\Bus\Dispatcher as Bus;
use Illuminate\Cache\RateLimiter;
use Illuminate\Contracts\Auth\Access\Gate;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Vite;
use Illuminate\Http\Client\Factory as HttpClient;
use Illuminate\Notifications\ChannelManager;
use LaravelBridge\Laravel\Detection\KnownCaches;
use LaravelBridge\Laravel\Resetters\ArrayCache;
use LaravelBridge\Laravel\Resetters\Carbons;
use LaravelBridge\Laravel\Resetters\ClassStatics;
use LaravelBridge\Laravel\Resetters\ContainerState;
use LaravelBridge\Laravel\Resetters\Databases;
use LaravelBridge\Laravel\Resetters\Disks;
use LaravelBridge\Laravel\Resetters\Dumps;
use LaravelBridge\Laravel\Resetters\ErrorHandlers;
use LaravelBridge\Laravel\Resetters\Events;
use LaravelBridge\Laravel\Resetters\Guards;
use LaravelBridge\Laravel\Resetters\Locale;
use LaravelBridge\Laravel\Resetters\Logs;
use LaravelBridge\Laravel\Resetters\PackageServices;
use LaravelBridge\Laravel\Resetters\PackageState;
use LaravelBridge\Laravel\Resetters\ProcessState;
use LaravelBridge\Laravel\Resetters\Reconfigured;
use LaravelBridge\Laravel\Resetters\RouteControllers;
use LaravelBridge\Laravel\Resetters\ServiceState;
use LaravelBridge\Laravel\Resetters\Sessions;
use LaravelBridge\Laravel\Resetters\StaticState;
use LaravelBridge\Laravel\Resetters\StringCaches;
use LaravelBridge\Laravel\Resetters\Urls;
use LaravelBridge\Laravel\Resetters\Views;
use LaravelBridge\Worker\StaticVariables;
use Symfony\Component\HttpFoundation\Request;

/**
 * The booted application as each request is to find it. Made in the handler when everything is warm; that state is what
 * every reset comes back to.
 */
final class Sandbox
{
    /** Symfony's switches; its other static properties are caches. */
    private const REQUEST = ['trustedProxies', 'trustedHostPatterns', 'trustedHosts', 'trustedHeaderSet', 'requestFactory'];

    /** @var list<Resetter> */
    private readonly array $resetters;

    private bool $watching = false;

    /**
     * @param  list<Resetter>|null  $resetters  by default all of them
     */
    public function __construct(Application $app, ?array $resetters = null)
    {
        $this->resetters = $resetters ?? self::resetters($app);
    }

    public function forked(): void
    {
        foreach ($this->resetters as $resetter) {
            if ($resetter instanceof RenewedInFork) {
                $resetter->forked();
            }
        }
    }

    /** Before a request that others follow in this process. */
    public function watch(): void
    {
        if ($this->watching) {
            return;
        }
        $this->watching = true;
        foreach ($this->resetters as $resetter) {
            if ($resetter instanceof ClassStatics) {
                $resetter->watch();
            }
        }
    }

    /**
     * @param  bool  $last  no request follows: then it is enough to end what others wait for, and to drop what the request has made
     */
    public function reset(bool $last = false): void
    {
        foreach ($this->resetters as $resetter) {
            $resetter->reset();
            if ($last && $resetter instanceof ContainerState) {
                break;
            }
        }
    }

    /**
     * In the order in which they run. First what still needs the request's own services, then the container, which
     * drops those; then the services that live on.
     *
     * @return list<Resetter>
     */
    public static function resetters(Application $app): array
    {
        $guards = new Guards($app);
        $sessions = new Sessions($app);
        $statics = new ClassStatics(self::scope($app), new StaticVariables);

        return array_values(array_filter([
            new RouteControllers($app),
            new Databases($app),
            new ArrayCache($app),
            new Reconfigured($app),
            self::package($app, 'Inertia\ResponseFactory', ['flushShared']),
            self::package($app, 'Livewire\LivewireManager', ['flushState']),
            self::package($app, 'Laravel\Scout\EngineManager', ['forgetEngines']),
            self::package($app, 'Laravel\Socialite\Contracts\Factory', ['forgetDrivers']),
            new ContainerState($app),
            $statics,
            new StaticState(Request::class, self::REQUEST),
            new ServiceState($app, 'config'),
            new Events($app),
            new ServiceState($app, Kernel::class),
            new ServiceState($app, ExceptionHandler::class),
            new ServiceState($app, 'Illuminate\Foundation\Exceptions\Renderer\Listener'),
            new ServiceState($app, 'router'),
            // The routes made from the compiled ones: RouteControllers has emptied the one that was matched, and making it
            // again would cost a quarter of a small request.
            new ServiceState($app, 'routes', ['nameCache']),
            new Urls($app),
            new ServiceState($app, 'redirect'),
            $guards,
            new ServiceState($app, Gate::class),
            $sessions,
            new ServiceState($app, 'cookie'),
            new Locale($app),
            class_exists(Carbon::class) ? new Carbons : null,
            new Views($app),
            new ServiceState($app, 'blade.compiler'),
            new Logs($app),
            new ServiceState($app, 'validator'),
            // What they have opened stays open.
            new ServiceState($app, 'db', ['connections']),
            new ServiceState($app, 'cache', ['stores']),
            new Disks($app),
            new ServiceState($app, 'queue', ['connections']),
            new ServiceState($app, RateLimiter::class),
            new ServiceState($app, Bus::class),
            new ServiceState($app, 'mail.manager'),
            new ServiceState($app, ChannelManager::class),
            new ServiceState($app, HttpClient::class),
            new ServiceState($app, Vite::class),
            new PackageServices($app, $statics->objects()),
            new StringCaches,
            new Dumps($app),
            new ErrorHandlers,
            new ProcessState,
        ]));
    }

    /** Ignores what may stay as a request left it. */
    private static function scope(Application $app): Scope
    {
        $config = $app->make('config');
        // Who builds the assets anew sees them in the next answer. In production a reload ends the deploy.
        $caches = $config->get('app.env') === 'production' ? KnownCaches::PLACES : array_diff(KnownCaches::PLACES, [Vite::class.'::$manifests']);
        $kept = [...(array) $config->get('bridge.keep', []), ...(array) $config->get('bridge.detect.ignore', [])];

        return new Scope($app->basePath('vendor'), [...array_values($caches), ...array_values(array_filter($kept, is_string(...)))]);
    }

    /**
     * @param  list<string>  $methods
     */
    private static function package(Application $app, string $service, array $methods): ?PackageState
    {
        return class_exists($service) || interface_exists($service) ? new PackageState($app, $service, $methods) : null;
    }
}
