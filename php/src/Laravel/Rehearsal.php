<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Foundation\Application;
use LaravelBridge\Concurrency\Forks;
use LaravelBridge\Exceptions\BadSetting;
use LaravelBridge\Shared\Memory;
use LaravelBridge\Worker\Bootloader;
use LaravelBridge\Worker\Native;
use ReflectionClass;
use Throwable;

/**
 * For an application that is booted for each request: boots it once in a fork, which shows that it does and which classes
 * of its packages it needs, and loads those, so that the workers find them. This process gets to know nothing else of the
 * application, and none of its own classes: they may change from one request to the next, as under PHP-FPM.
 */
final class Rehearsal implements Bootloader
{
    /**
     * @param  Memory  $memory  what all workers share
     */
    public function __construct(private readonly string $path, private readonly Native $native, private readonly Memory $memory)
    {
    }

    public function boot(callable $step): FreshApplication
    {
        if (! Forks::possible()) {
            throw BadSetting::value('WORKER_ISOLATION', 'boot', 'worker: without ext-pcntl there is one process for all requests');
        }
        $step('autoload');
        $file = new ApplicationFile($this->path);
        $file->autoload();
        $step('bootstrap');
        [$version, $publicPath, $ticks, $classes] = $this->rehearse();
        $step('warm');
        foreach ($classes as $class) {
            try {
                class_exists($class);
            } catch (Throwable) {
                // The boot could, in another order; so can the request.
            }
        }
        // Where index.php lies, and relative paths of requests begin.
        @chdir($publicPath);
        gc_mem_caches();

        return new FreshApplication($file, $publicPath, $version, $this->memory, $ticks);
    }

    public function notes(): array
    {
        return [];
    }

    /**
     * @return array{string, string, bool, list<class-string>} version, public path, whether somebody listens to ticks, classes
     */
    private function rehearse(): array
    {
        $boot = function (): array {
            $app = null;
            $booted = (new ApplicationFactory($this->path, booted: static function (Application $made) use (&$app): void {
                $app = $made;
            }, memory: $this->memory))->boot(static fn () => null);

            return [$booted->version(), $app?->publicPath() ?? '', $booted->ticks(), $this->ofPackages()];
        };
        $key = 'boot of the application';

        /** @var array{string, string, bool, list<class-string>} */
        return (new Forks($this->native))->run([$key => $boot])[$key]->get();
    }

    /**
     * In the order in which they were declared: parents before their children.
     *
     * @return list<class-string>
     */
    private function ofPackages(): array
    {
        $vendor = realpath($this->path.'/vendor').'/';

        return array_values(array_filter(
            [...get_declared_interfaces(), ...get_declared_traits(), ...get_declared_classes()],
            static function (string $class) use ($vendor): bool {
                $reflection = new ReflectionClass($class);

                return ! $reflection->isAnonymous() && str_starts_with((string) $reflection->getFileName(), $vendor);
            },
        ));
    }
}
