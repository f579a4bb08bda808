<?php

declare(strict_types=1);

namespace LaravelBridge\Check;

/**
 * What a person asks of a check.
 */
final class Options
{
    /**
     * @param  list<string>  $paths  patterns of the routes' addresses to call, * for anything; none: all
     * @param  list<string>  $except  and of those not to call
     * @param  array<string, string>  $parameters  values of parameters in addresses
     * @param  string|null  $user  identifier of who is to be logged in
     */
    public function __construct(
        public readonly array $paths = [],
        public readonly array $except = [],
        public readonly array $parameters = [],
        public readonly int $times = 6,
        public readonly float $patience = 15,
        public readonly ?string $user = null,
        public readonly ?string $guard = null,
        public readonly bool $json = false,
        public readonly ?string $junit = null,
    ) {
    }

    public function encode(): string
    {
        return json_encode(get_object_vars($this), JSON_THROW_ON_ERROR);
    }

    public static function decode(string $text): self
    {
        /** @var array<string, mixed> $values */
        $values = json_decode($text, true, 8, JSON_THROW_ON_ERROR);

        return new self(...$values);
    }
}
