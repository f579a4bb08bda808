<?php

declare(strict_types=1);

namespace App\Techniques;

trait CountsTraits
{
    public static int $traits = 0;
}
