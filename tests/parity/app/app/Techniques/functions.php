<?php

declare(strict_types=1);

/** Helpers of the sort that every older application has. */
function techniques_counted(): int
{
    static $calls = 0;

    return ++$calls;
}

function techniques_setting(string $name): mixed
{
    static $settings = null;
    $settings ??= ['title' => Illuminate\Support\Facades\Cache::store('file')->get('techniques:title', 'unset')];

    return $settings[$name];
}
