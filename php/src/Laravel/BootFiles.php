<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Contracts\Foundation\Application;

/**
 * What a boot reads besides code: .env, and the configuration, routes and events that artisan has cached. Under PHP-FPM
 * a request that writes them (an installer, a page of settings) has changed the application for the next one.
 *
 * packages.php and services.php are not among them: a boot may write those itself.
 */
final class BootFiles
{
    /** PHP tells the time of a file in seconds: within them, and some more, only the bytes tell a change from none. */
    private const SETTLED = 2;

    /** @var array<string, array{int, int, int, string}|null> what was seen last of each: time, size, inode, and the hash of what is young; null: there is none */
    private array $seen = [];

    /**
     * @param  list<string>  $paths
     */
    public function __construct(array $paths)
    {
        foreach ($paths as $path) {
            $this->seen[$path] = self::look($path);
        }
    }

    public static function of(Application $app): self
    {
        $paths = [];
        foreach (['environmentFilePath', 'getCachedConfigPath', 'getCachedRoutesPath', 'getCachedEventsPath'] as $method) {
            if (method_exists($app, $method)) {
                $paths[] = $app->{$method}();
            }
        }

        return new self($paths);
    }

    /**
     * Which of them has changed since the last call, and since that time; what was changed before, somebody else did.
     *
     * @param  int  $second  since 1970
     */
    public function writtenSince(int $second): ?string
    {
        $written = [];
        clearstatcache();
        foreach ($this->seen as $path => $before) {
            $now = self::look($path);
            if ($now === $before) {
                continue;
            }
            $this->seen[$path] = $now;
            if ($now !== null && $before !== null && array_slice($now, 0, 3) === array_slice($before, 0, 3) && ($now[3] === '' || $before[3] === '')) {
                // It has only come of age.
                continue;
            }
            // One that is gone has left its time in its folder. The kernel's clock for files may be a little behind.
            if (($now[0] ?? (int) @filemtime(dirname($path))) >= $second - 1) {
                $written[] = $path;
            }
        }

        return $written === [] ? null : 'the request has changed '.implode(', ', $written);
    }

    /**
     * @return array{int, int, int, string}|null
     */
    private static function look(string $path): ?array
    {
        $stat = @stat($path);

        return $stat === false ? null : [
            $stat['mtime'], $stat['size'], $stat['ino'], $stat['mtime'] < time() - self::SETTLED ? '' : (string) @hash_file('xxh3', $path),
        ];
    }
}
