<?php

declare(strict_types=1);

/*
 * Stand-ins for the packages that composer.json replaces: what the framework really calls of them, and nothing more.
 */

namespace Symfony\Component\Clock {
    if (! interface_exists(ClockInterface::class)) {
        interface ClockInterface extends \Psr\Clock\ClockInterface
        {
            public function sleep(float|int $seconds): void;

            public function withTimeZone(\DateTimeZone|string $timezone): static;
        }
    }
}

namespace {
    if (! function_exists('array_first')) {
        /** @param  array<array-key, mixed>  $array */
        function array_first(array $array): mixed
        {
            foreach ($array as $value) {
                return $value;
            }

            return null;
        }
    }

    if (! function_exists('array_last')) {
        /** @param  array<array-key, mixed>  $array */
        function array_last(array $array): mixed
        {
            return $array === [] ? null : end($array);
        }
    }

    if (! function_exists('get_error_handler')) {
        function get_error_handler(): ?callable
        {
            $handler = set_error_handler(null);
            restore_error_handler();

            return $handler;
        }
    }

    if (! function_exists('get_exception_handler')) {
        function get_exception_handler(): ?callable
        {
            $handler = set_exception_handler(null);
            restore_exception_handler();

            return $handler;
        }
    }
}
