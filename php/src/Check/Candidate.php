<?php

declare(strict_types=1);

namespace LaravelBridge\Check;

use Illuminate\Routing\Route;
use Illuminate\Routing\Router;
use Illuminate\Support\Str;

/**
 * One route of the application, and what it is to be asked for; or why it cannot be.
 */
final class Candidate
{
    private function __construct(
        public readonly string $uri,
        public readonly ?string $name,
        public readonly string $target,
        public readonly ?string $host,
        public readonly ?string $skipped,
    ) {
    }

    /**
     * The routes that answer to GET and that the options mean.
     *
     * @return list<self>
     */
    public static function all(Router $router, Options $options): array
    {
        $candidates = [];
        foreach ($router->getRoutes()->getRoutes() as $route) {
            $uri = '/'.ltrim($route->uri(), '/');
            if (in_array('GET', $route->methods(), true) && self::isMeant($uri, $options)) {
                $candidates[$uri] ??= self::of($route, $uri, $options);
            }
        }

        return array_values($candidates);
    }

    private static function isMeant(string $uri, Options $options): bool
    {
        $names = [$uri, ltrim($uri, '/')];
        $is = static fn (array $patterns): bool => Str::is($patterns, $names[0]) || Str::is($patterns, $names[1]);

        return ($options->paths === [] || $is($options->paths)) && ! $is($options->except);
    }

    private static function of(Route $route, string $uri, Options $options): self
    {
        $missing = [];
        $fill = static function (string $text) use ($options, &$missing): string {
            return (string) preg_replace_callback('~\{(\w+)(?::\w+)?(\?)?\}~', static function (array $match) use ($options, &$missing): string {
                $value = $options->parameters[$match[1]] ?? null;
                if ($value === null && ($match[2] ?? '') === '') {
                    $missing[] = $match[1];
                }

                return $value === null ? '' : rawurlencode($value);
            }, $text);
        };
        $target = $fill($uri);
        $target = strlen($target) > 1 ? rtrim($target, '/') : $target;
        $host = $route->getDomain() === null ? null : $fill($route->getDomain());
        $name = $route->getName();

        return new self($uri, $name, $target === '' ? '/' : $target, $host, $missing === [] ? null : 'needs '.implode(' ', array_map(
            static fn (string $parameter): string => "--param={$parameter}=VALUE",
            array_unique($missing),
        )));
    }
}
