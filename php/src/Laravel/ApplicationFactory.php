<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Closure;
use Illuminate\Contracts\Foundation\Application as Laravel;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Bootstrap\LoadConfiguration;
use Illuminate\Foundation\Bootstrap\RegisterProviders;
use Illuminate\Foundation\Bootstrap\SetRequestForConsole;
use LaravelBridge\Laravel\Detection\Detector;
use LaravelBridge\Laravel\Detection\Mode;
use LaravelBridge\Octane\OctaneServices;
use LaravelBridge\Shared\Memory;
use LaravelBridge\Worker\Bootloader;
use PDO;
use ReflectionMethod;
use Throwable;

/**
 * Boots a Laravel application as one that answers HTTP, although PHP_SAPI is "cli", and makes it ready to be forked.
 */
final class ApplicationFactory implements Bootloader
{
    /** Resolved before the fork, so that no worker has to; names that an application lacks are passed over. */
    private const WARM = [
        'auth', 'cache', 'cache.store', 'config', 'cookie', 'db', 'db.factory', 'db.transactions', 'encrypter', 'files', 'filesystem',
        'hash', 'log', 'queue', 'redirect', 'redis', 'router', 'routes', 'session', 'session.store', 'translator', 'url', 'validator',
        'view', 'view.engine.resolver', 'blade.compiler',
        \Illuminate\Contracts\Auth\Access\Gate::class,
        \Illuminate\Contracts\Debug\ExceptionHandler::class,
        \Illuminate\Contracts\Foundation\MaintenanceMode::class,
        \Illuminate\Contracts\Http\Kernel::class,
        \Illuminate\Contracts\Routing\ResponseFactory::class,
        \Illuminate\Foundation\MaintenanceModeManager::class,
        \Illuminate\Routing\Contracts\CallableDispatcher::class,
        \Illuminate\Routing\Contracts\ControllerDispatcher::class,
    ];

    /** @var list<string> */
    private array $notes = [];

    /**
     * @param  string  $path  the application's folder; a link in it is kept, so that each start follows it anew
     * @param  Mode  $detect  how closely each request is looked at for what it leaves behind
     * @param  (Closure(Application): void)|null  $booted  told when the application is booted, before it is warmed
     * @param  Memory|null  $memory  what all workers share; by default it goes with this process
     */
    public function __construct(
        private readonly string $path,
        private readonly Mode $detect = Mode::Off,
        private readonly ?Closure $booted = null,
        private readonly ?Memory $memory = null,
    ) {
    }

    public function boot(callable $step): BootedApplication
    {
        $descriptors = new OpenDescriptors;
        $step('autoload');
        $file = new ApplicationFile($this->path);
        $file->autoload();
        $step('bootstrap');
        $app = $file->make();
        $this->bootstrap($app);
        // Where index.php lies, and relative paths of requests begin.
        @chdir($app->publicPath());
        if ($this->booted !== null) {
            ($this->booted)($app);
        }
        $step('warm');
        $this->warm($app);
        $lifecycle = new Lifecycle($app);
        $lifecycle->workerStarting();
        $this->flush($app);
        $step('disconnect');
        (new Disconnector($app))->disconnect();
        $booted = new BootedApplication($app, $this->path, $app->publicPath(), $this->detect === Mode::Off ? null : new Detector($app, $this->detect), $lifecycle);
        gc_collect_cycles();
        gc_mem_caches();
        foreach ($descriptors->foreign() as $descriptor) {
            $this->notes[] = "Left open by the application at boot, and shared by all workers: {$descriptor}.";
        }

        return $booted;
    }

    public function notes(): array
    {
        return $this->notes;
    }

    private function bootstrap(Application $app): void
    {
        OctaneServices::bind($app, $this->memory ?? Memory::temporary());
        $app->afterBootstrapping(LoadConfiguration::class, self::refusePersistentConnections(...));
        $app->afterBootstrapping(SetRequestForConsole::class, static fn (Laravel $app) => $app->instance('request', BootRequest::createFrom($app->make('request'))));
        $app->bootstrapWith($this->bootstrappers($app));
        $app->loadDeferredProviders();
        $request = $app->make('request');
        array_push($this->notes, ...($request instanceof BootRequest ? $request->readers() : []));
    }

    /**
     * The kernel's own list, and a request for the providers that ask for one while they boot.
     *
     * @return list<string>
     */
    private function bootstrappers(Application $app): array
    {
        $kernel = $app->make(Kernel::class);
        /** @var list<string> $bootstrappers */
        $bootstrappers = (new ReflectionMethod($kernel, 'bootstrappers'))->invoke($kernel);
        $at = array_search(RegisterProviders::class, $bootstrappers, true);
        array_splice($bootstrappers, $at === false ? count($bootstrappers) : $at, 0, [SetRequestForConsole::class]);

        return array_values($bootstrappers);
    }

    /** A persistent connection would be one connection in all workers. */
    private static function refusePersistentConnections(Laravel $app): void
    {
        $config = $app->make('config');
        foreach ((array) $config->get('database.connections', []) as $name => $connection) {
            if (is_array($connection) && ($connection['options'][PDO::ATTR_PERSISTENT] ?? false)) {
                $config->set("database.connections.{$name}.options.".PDO::ATTR_PERSISTENT, false);
            }
        }
    }

    /** The default connection and the default channel: objects only, which open what they need when they are first used. */
    private function warmDefaults(Application $app): void
    {
        foreach (['database' => 'db', 'logging' => 'log'] as $section => $service) {
            try {
                if ($app->bound($service) && $app->make('config')->get("{$section}.default") !== null) {
                    $service === 'db' ? $app->make($service)->connection() : $app->make($service)->channel();
                }
            } catch (Throwable) {
                // An application may do without, and leave the configuration as it came.
            }
        }
    }

    /** What each request is to make anew must not be there at the fork. */
    private function flush(Application $app): void
    {
        foreach ([...self::names($app, 'bridge.flush'), ...self::names($app, 'octane.flush')] as $service) {
            $app->forgetInstance($app->getAlias($service));
        }
    }

    /**
     * @return list<string>
     */
    private static function names(Application $app, string $key): array
    {
        return array_values(array_filter((array) $app->make('config')->get($key, []), is_string(...)));
    }

    private function warm(Application $app): void
    {
        $this->warmDefaults($app);
        foreach ([...self::WARM, ...self::names($app, 'bridge.warm'), ...self::names($app, 'octane.warm')] as $service) {
            try {
                if ($app->bound($service)) {
                    $app->make($service);
                }
            } catch (Throwable $e) {
                // Under FPM too it fails only when a request needs it.
                $this->notes[] = "Could not warm \"{$service}\": {$e->getMessage()}";
            }
        }
    }
}
