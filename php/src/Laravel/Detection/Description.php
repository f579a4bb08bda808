<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Session\Session;
use Illuminate\Database\Eloquent\Model;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

/**
 * Says what a value is without saying a text, which may be a secret.
 */
final class Description
{
    /** What belongs to one request and to nobody else. */
    private const OF_REQUESTS = [Request::class, Response::class, Session::class, Authenticatable::class, Model::class];

    private const DEPTH = 3;

    private const MOST = 50;

    public static function of(mixed $value): string
    {
        return match (true) {
            is_string($value) => 'a string of '.self::count(strlen($value), 'byte'),
            is_array($value) => $value === [] ? 'an empty array' : 'an array of '.self::count(count($value), 'element'),
            is_bool($value) => $value ? 'true' : 'false',
            $value === null => 'null',
            $value === Nothing::There => 'not there',
            is_int($value) || is_float($value) => (string) $value,
            is_object($value) => $value::class,
            default => get_debug_type($value),
        };
    }

    public static function change(mixed $before, mixed $after): string
    {
        $was = self::of($before);
        $is = self::of($after);
        $held = is_array($after) ? self::heldOfRequest($after) : null;

        return ($was === $is ? "was {$was}, is another" : "was {$was}, is {$is}").($held === null ? '' : " with {$held}");
    }

    /**
     * The class of something in there that belongs to one request; null where there is none.
     */
    public static function heldOfRequest(mixed $value, int $depth = self::DEPTH): ?string
    {
        if (is_object($value)) {
            foreach (self::OF_REQUESTS as $class) {
                if ($value instanceof $class) {
                    return $value::class;
                }
            }

            return null;
        }
        if (! is_array($value) || $depth === 0) {
            return null;
        }
        foreach (array_slice($value, 0, self::MOST) as $element) {
            $held = self::heldOfRequest($element, $depth - 1);
            if ($held !== null) {
                return $held;
            }
        }

        return null;
    }

    /**
     * Equal for the same value at another time, most of the time different for another one. Holds nothing of it.
     */
    public static function signature(mixed $value, int $depth = self::DEPTH): string
    {
        if (is_object($value)) {
            return 'o'.spl_object_id($value);
        }
        if (! is_array($value)) {
            return is_scalar($value) ? gettype($value).':'.hash('xxh3', (string) $value) : gettype($value);
        }
        $text = 'a'.count($value);
        if ($depth > 0) {
            foreach (array_slice($value, -self::MOST, null, true) as $key => $element) {
                $text .= ",{$key}=".self::signature($element, $depth - 1);
            }
        }

        return hash('xxh3', $text);
    }

    private static function count(int $number, string $of): string
    {
        return $number === 1 ? "1 {$of}" : "{$number} {$of}s";
    }
}
