<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * What the detector has to say about one place: said once in the life of a worker.
 */
final class Finding
{
    /**
     * @param  string  $place  "App\Basket::$items"
     * @param  string  $what  types and sizes, never values: they may be secrets
     * @param  string  $route  of the request after which it was seen first
     */
    public function __construct(
        public readonly Kind $kind,
        public readonly string $place,
        public readonly string $what,
        public readonly string $route,
        public readonly string $advice,
    ) {
    }

    /**
     * @return array{kind: string, place: string, what: string, route: string, advice: string}
     */
    public function toArray(): array
    {
        return ['kind' => $this->kind->value, 'place' => $this->place, 'what' => $this->what, 'route' => $this->route, 'advice' => $this->advice];
    }
}
