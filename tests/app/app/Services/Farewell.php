<?php

declare(strict_types=1);

namespace App\Services;

use Illuminate\Support\Facades\Cache;

/** Leaves a note when it is destroyed. */
final class Farewell
{
    public function __construct(private readonly string $note)
    {
    }

    public function __destruct()
    {
        Cache::put('ending:note', $this->note, 600);
    }
}
