<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** Children without a walk through all of /proc; those that have ended are not left out. */
final class Tree
{
    /** @return list<int> */
    public static function children(int $pid): array
    {
        $list = trim((string) @file_get_contents("/proc/$pid/task/$pid/children"));

        return $list === '' ? [] : array_map(intval(...), explode(' ', $list));
    }
}
