<?php

declare(strict_types=1);

/*
 * Octane::table() says that it returns one of these: a class of ext-swoole. Where that is missing, this is what the tables of
 * this server are, for the type alone. Loaded only where the application has laravel/octane.
 */

namespace Swoole;

use Countable;
use Iterator;

/**
 * @implements Iterator<string, array<string, int|float|string>>
 */
abstract class Table implements Countable, Iterator
{
    public const TYPE_INT = 1;

    public const TYPE_FLOAT = 2;

    public const TYPE_STRING = 3;

    public ?int $size = null;

    public ?int $memorySize = null;
}
