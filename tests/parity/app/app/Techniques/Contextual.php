<?php

declare(strict_types=1);

namespace App\Techniques;

final class Contextual
{
    public $context;

    public function __construct(public string $value = 'by itself')
    {
    }
}
