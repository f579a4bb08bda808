<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Closure;
use Illuminate\Http\Request;
use Illuminate\Support\ServiceProvider;
use Symfony\Component\HttpFoundation\InputBag;

/**
 * The request that providers find while the application boots for many: an empty one for APP_URL. Remembers which providers have read it,
 * for what they decide by it holds for every request.
 */
final class BootRequest extends Request
{
    /** Their providers read it for reasons of their own, or for whoever asks later. */
    private const OWN = ['Illuminate\\', 'LaravelBridge\\'];

    private bool $watched = true;

    /** @var array<string, string> what was read first, by provider */
    private array $readers = [];

    /**
     * Ends the watch: what reads it from here on has stored it.
     *
     * @return list<string> a sentence about each provider
     */
    public function readers(): array
    {
        $this->watched = false;
        $sentences = [];
        foreach ($this->readers as $provider => $what) {
            $sentences[] = "{$provider} reads the request while it boots ({$what}): it finds an empty one for APP_URL, and what it decides holds for every request. "
                .'Decide in middleware, or boot for each request (WORKER_ISOLATION=boot).';
        }

        return $sentences;
    }

    public function getHost(): string
    {
        return $this->noted('its host', fn (): string => parent::getHost());
    }

    public function getScheme(): string
    {
        return $this->noted('its scheme', fn (): string => parent::getScheme());
    }

    public function getPathInfo(): string
    {
        return $this->noted('its path', fn (): string => parent::getPathInfo());
    }

    public function getRequestUri(): string
    {
        return $this->noted('its address', fn (): string => parent::getRequestUri());
    }

    public function getMethod(): string
    {
        return $this->noted('its method', fn (): string => parent::getMethod());
    }

    /**
     * @return array<int, string>
     */
    public function getClientIps(): array
    {
        return $this->noted('the address of its client', fn (): array => parent::getClientIps());
    }

    public function user($guard = null)
    {
        return $this->noted('its user', fn (): mixed => parent::user($guard));
    }

    public function session()
    {
        return $this->noted('its session', fn (): mixed => parent::session());
    }

    /**
     * @return InputBag<bool|float|int|string>
     */
    protected function getInputSource()
    {
        return $this->noted('its input', fn (): mixed => parent::getInputSource());
    }

    /**
     * @param  string  $source
     * @param  string|null  $key
     * @param  array<array-key, mixed>|string|null  $default
     * @return array<array-key, mixed>|string|null
     */
    protected function retrieveItem($source, $key, $default)
    {
        return $this->noted(is_string($key) ? "{$source} {$key}" : "all of {$source}", fn (): mixed => parent::retrieveItem($source, $key, $default));
    }

    /**
     * @template T
     *
     * @param  Closure(): T  $read
     * @return T
     */
    private function noted(string $what, Closure $read): mixed
    {
        if ($this->watched) {
            $this->note($what);
        }
        // One read leads to others.
        $watched = $this->watched;
        $this->watched = false;
        try {
            return $read();
        } finally {
            $this->watched = $watched;
        }
    }

    private function note(string $what): void
    {
        foreach (debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS) as $frame) {
            $class = $frame['class'] ?? '';
            if (is_subclass_of($class, ServiceProvider::class) && ! str_starts_with($class, self::OWN[0]) && ! str_starts_with($class, self::OWN[1])) {
                $this->readers[$class] ??= $what;
            }
        }
    }
}
