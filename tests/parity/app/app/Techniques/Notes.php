<?php

declare(strict_types=1);

namespace App\Techniques;

class Notes
{
    use CountsTraits;

    public static array $list = [];

    public static int $total = 0;

    public static string $inherited = 'at first';

    private static self $kept;

    private static ?self $instance = null;

    public int $heard = 0;

    public static function kept(): self
    {
        if (! isset(self::$kept)) {
            self::$kept = new self;
        }

        return self::$kept;
    }

    public static function instance(): self
    {
        return self::$instance ??= new self;
    }

    public static function counted(): int
    {
        static $calls = 0;

        return ++$calls;
    }
}
