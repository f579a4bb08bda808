<?php

declare(strict_types=1);

namespace App\Techniques;

use Illuminate\Support\Facades\Auth;

/** A registrar as packages for permissions have one: the list of whoever is logged in, kept after the first question. */
final class Permissions
{
    private ?array $allowed = null;

    private static ?int $team = null;

    public function allows(string $what): bool
    {
        $this->allowed ??= Auth::id() === 1 ? ['read', 'write'] : ['read'];

        return in_array($what, $this->allowed, true);
    }

    public static function team(?int $set = null): ?int
    {
        return $set === null ? self::$team : self::$team = $set;
    }
}
