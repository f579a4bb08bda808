<?php

declare(strict_types=1);

namespace LaravelBridge\Octane;

use Closure;
use Illuminate\Contracts\Events\Dispatcher;
use Illuminate\Contracts\Foundation\Application;
use InvalidArgumentException;
use LaravelBridge\Events;
use ReflectionFunction;

/**
 * The events of laravel/octane, for listeners that packages and the application have for them (octane.listeners). Its own
 * listeners that put things back for the next request are taken away: the sandbox has done so, and a second time costs
 * as much as the request.
 *
 * There is one application and no clone: the "sandbox" of these events is the application itself.
 */
final class OctaneEvents
{
    private const EVENTS = 'Laravel\\Octane\\Events\\';

    private const LISTENERS = 'Laravel\\Octane\\Listeners\\';

    private const PROVIDER = 'Laravel\\Octane\\OctaneServiceProvider';

    private const PREPARING = '/^(Illuminate|Laravel\\\\Octane\\\\Listeners)\\\\/';

    /** What they do is done, or means nothing here: this server's clients and uploads are not Octane's. */
    private const DONE = [
        'CreateConfigurationSandbox', 'CreateUrlGeneratorSandbox', 'GiveNewApplicationInstanceTo*', 'GiveNewRequestInstanceTo*',
        'FlushArrayCache', 'FlushAuthenticationState', 'FlushContext', 'FlushDatabase*', 'FlushLocaleState', 'FlushLogContext', 'FlushMonologState', 'FlushOnce',
        'FlushQueuedCookies', 'FlushSessionState', 'FlushStrCache', 'FlushTemporaryContainerInstances', 'FlushTranslatorCache', 'FlushUploadedFiles',
        'FlushVite', 'ForgetMailers', 'ForgetViewEngines', 'RefreshQueryDurationHandling', 'PrepareInertia*', 'PrepareLivewire*', 'PrepareScout*', 'PrepareSocialite*', 'PrepareVite*',
        'EnsureRequestServerPortMatchesScheme', 'ReportException', 'StopWorkerIfNecessary', 'CloseMonologHandlers',
    ];

    /** @var list<string> names that Octane dispatches under, or that its events implement */
    private const NAMES = [
        self::EVENTS.'WorkerStarting', self::EVENTS.'RequestReceived', self::EVENTS.'RequestHandled', self::EVENTS.'RequestTerminated',
        self::EVENTS.'WorkerErrorOccurred', self::EVENTS.'WorkerStopping', self::EVENTS.'TaskReceived', self::EVENTS.'TaskTerminated',
        self::EVENTS.'TickReceived', self::EVENTS.'TickTerminated',
        'Laravel\\Octane\\Contracts\\OperationTerminated',
    ];

    private function __construct(private readonly Dispatcher $dispatcher)
    {
    }

    /**
     * Null where the application does not have laravel/octane.
     */
    public static function of(Application $app): ?self
    {
        if (! class_exists(self::EVENTS.'RequestReceived')) {
            return null;
        }
        $dispatcher = $app->make('events');
        foreach (self::NAMES as $name) {
            self::withoutWhatIsDone($dispatcher, $name);
        }

        return new self($dispatcher);
    }

    /**
     * Makes Octane's event out of the arguments of ours; null where nobody listens.
     *
     * @param  class-string  $event
     * @return (Closure(mixed...): object)|null
     */
    public function like(string $event): ?Closure
    {
        $class = self::EVENTS.substr($event, strlen('LaravelBridge\\Events\\'));
        if (! class_exists($class) || ! $this->isHeard($class)) {
            return null;
        }

        return match ($event) {
            Events\RequestReceived::class,
            Events\RequestTerminated::class,
            Events\TickReceived::class,
            Events\TickTerminated::class => static fn (mixed ...$arguments): object => new $class($arguments[0], ...$arguments),
            default => static fn (mixed ...$arguments): object => new $class(...$arguments),
        };
    }

    /**
     * Whether something is to be done with a tick. The framework and Octane's own listeners, which prepare for one, are no
     * reason, and Octane's provider, which makes the intervals of its store anew, is one only where there are intervals.
     */
    public function ticks(Application $app): bool
    {
        $config = $app->make('config');
        if ($config->get('octane.tick') === false || ! method_exists($this->dispatcher, 'getRawListeners')) {
            return false;
        }
        $listeners = $this->dispatcher->getRawListeners();
        foreach (['TickReceived', 'TickTerminated'] as $event) {
            foreach ($listeners[self::EVENTS.$event] ?? [] as $listener) {
                $by = match (true) {
                    $listener instanceof Closure => (string) (new ReflectionFunction($listener))->getClosureScopeClass()?->getName(),
                    is_array($listener) => is_string($listener[0] ?? null) ? $listener[0] : '',
                    default => is_string($listener) ? $listener : '',
                };
                if ($by === self::PROVIDER ? self::hasIntervals($app) : preg_match(self::PREPARING, ltrim($by, '\\')) !== 1) {
                    return true;
                }
            }
        }

        return false;
    }

    private static function hasIntervals(Application $app): bool
    {
        try {
            $store = $app->make('cache')->store('octane')->getStore();
        } catch (InvalidArgumentException) {
            // The application has no such store.
            return false;
        }

        return property_exists($store, 'intervals') && (fn (): bool => $this->intervals !== [])->call($store);
    }

    private function isHeard(string $class): bool
    {
        foreach ([$class, ...array_values(class_implements($class) ?: [])] as $name) {
            if ($this->dispatcher->hasListeners($name)) {
                return true;
            }
        }

        return false;
    }

    private static function withoutWhatIsDone(Dispatcher $dispatcher, string $event): void
    {
        if (! method_exists($dispatcher, 'getRawListeners')) {
            return;
        }
        $listeners = $dispatcher->getRawListeners()[$event] ?? [];
        $dispatcher->forget($event);
        foreach ($listeners as $listener) {
            $class = is_array($listener) ? ($listener[0] ?? null) : $listener;
            if (! is_string($class) || ! self::isDone(explode('@', $class)[0])) {
                $dispatcher->listen($event, $listener);
            }
        }
    }

    private static function isDone(string $listener): bool
    {
        foreach (self::DONE as $name) {
            if (fnmatch(self::LISTENERS.$name, ltrim($listener, '\\'), FNM_NOESCAPE)) {
                return true;
            }
        }

        return false;
    }
}
