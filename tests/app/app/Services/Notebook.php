<?php

declare(strict_types=1);

namespace App\Services;

/** A singleton that remembers what is written into it: what the next request reads of it has leaked. */
class Notebook
{
    public static ?string $shared = null;

    /** @var list<string> */
    public array $notes = [];
}
