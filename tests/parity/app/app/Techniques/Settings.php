<?php

declare(strict_types=1);

namespace App\Techniques;

use Illuminate\Support\Facades\Cache;

/** A page of settings' table, read once for each request: in the object, in a static property, and in a function. */
final class Settings
{
    public static array $cache = [];

    private array $local = [];

    public function get(string $name): mixed
    {
        return $this->local[$name] ??= self::$cache[$name] ??= Cache::store('file')->get("techniques:$name", 'unset');
    }

    public function put(string $name, mixed $value): void
    {
        Cache::store('file')->forever("techniques:$name", $value);
        unset($this->local[$name], self::$cache[$name]);
    }

    public static function remembered(string $name): mixed
    {
        static $known = [];

        return $known[$name] ??= Cache::store('file')->get("techniques:$name", 'unset');
    }
}
