<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Config\Repository;
use Illuminate\Contracts\Foundation\Application;
use LaravelBridge\Laravel\Resetter;

/**
 * Connections, disks, stores and channels live on from request to request, unless this one changed the configuration they
 * are made from: the database of one tenant must not be there for the next. Runs before the configuration is put back.
 */
final class Reconfigured implements Resetter
{
    /** section and key of the configuration, the service, and how it forgets one of its members */
    private const MANAGERS = [
        ['database', 'connections', 'db', 'purge'],
        ['database', 'redis', 'redis', 'purge'],
        ['filesystems', 'disks', 'filesystem', 'forgetDisk'],
        ['cache', 'stores', 'cache', 'forgetDriver'],
        ['logging', 'channels', 'log', 'forgetChannel'],
    ];

    /** What all members of a section are made with. */
    private const SHARED = ['prefix', 'options', 'client'];

    /** @var (Closure(): array<string, mixed>)|null */
    private readonly ?Closure $now;

    /** @var array<string, mixed> */
    private readonly array $before;

    public function __construct(private readonly Application $app)
    {
        $config = $app->make('config');
        $read = Closure::bind(static fn (Repository $config): array => $config->items, null, Repository::class);
        $this->now = $config instanceof Repository ? static fn (): array => $read($config) : null;
        $this->before = $this->now === null ? [] : ($this->now)();
    }

    public function reset(): void
    {
        $now = $this->now === null ? [] : ($this->now)();
        foreach (self::MANAGERS as [$section, $key, $service, $forget]) {
            if (isset($now[$section]) && $now[$section] !== ($this->before[$section] ?? null) && $this->app->resolved($service)) {
                $this->forget($service, $forget, self::changed($now[$section], $this->before[$section] ?? [], $key));
            }
        }
    }

    /**
     * @return list<string>
     */
    private static function changed(mixed $now, mixed $before, string $key): array
    {
        $members = (array) ($now[$key] ?? []);
        $were = (array) ($before[$key] ?? []);
        $all = false;
        foreach (self::SHARED as $name) {
            $all = $all || ($now[$name] ?? null) !== ($before[$name] ?? null) || ($members[$name] ?? null) !== ($were[$name] ?? null);
        }
        $changed = [];
        foreach ($members + $were as $name => $_) {
            if ($all || ($members[$name] ?? null) !== ($were[$name] ?? null)) {
                $changed[] = (string) $name;
            }
        }

        return $changed;
    }

    /**
     * @param  list<string>  $names
     */
    private function forget(string $service, string $method, array $names): void
    {
        $manager = $this->app->make($service);
        foreach ($names as $name) {
            if (is_object($manager) && method_exists($manager, $method)) {
                $manager->$method($name);
            }
        }
    }
}
