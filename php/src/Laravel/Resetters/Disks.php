<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Filesystem\FilesystemManager;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * Disks that are made from the configuration live on, with their connections; those that a request has put in their place
 * (Storage::set, Storage::fake) do not. Runs when the configuration is as it was.
 */
final class Disks implements Resetter
{
    private readonly ?FilesystemManager $manager;

    private readonly ?ObjectState $state;

    /** @var (Closure(): array<string, object>)|null */
    private readonly ?Closure $disks;

    /** @var array<string, object> those that are known to be right */
    private array $known;

    public function __construct(private readonly Application $app)
    {
        $manager = $app->resolved('filesystem') ? $app->make('filesystem') : null;
        $this->manager = $manager instanceof FilesystemManager ? $manager : null;
        $this->state = $this->manager === null ? null : ObjectState::of($this->manager, ['disks']);
        /** @var (Closure(): array<string, object>)|null $disks */
        $disks = $this->manager === null ? null : Closure::bind(static fn (): array => $manager->disks, null, FilesystemManager::class);
        $this->disks = $disks;
        $this->known = $disks === null ? [] : $disks();
    }

    public function reset(): void
    {
        $this->state?->restore();
        $disks = $this->disks === null ? [] : ($this->disks)();
        if ($disks === $this->known) {
            return;
        }
        foreach ($disks as $name => $disk) {
            if (($this->known[$name] ?? null) !== $disk && ! $this->isConfigured((string) $name, $disk)) {
                $this->manager?->forgetDisk($name);
            }
        }
        $this->known = $this->disks === null ? [] : ($this->disks)();
    }

    private function isConfigured(string $name, object $disk): bool
    {
        $configured = $this->app->make('config')->get("filesystems.disks.{$name}");
        $made = method_exists($disk, 'getConfig') ? $disk->getConfig() : null;
        if (! is_array($configured) || ! is_array($made)) {
            return false;
        }
        foreach ($configured as $key => $value) {
            if (! array_key_exists($key, $made) || $made[$key] !== $value) {
                return false;
            }
        }

        return true;
    }
}
