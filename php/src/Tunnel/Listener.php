<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use Attribute;

/** The method, or the class's `__invoke` or `handle`, hears events of the tunnel with this id. */
#[Attribute(Attribute::TARGET_CLASS | Attribute::TARGET_METHOD | Attribute::IS_REPEATABLE)]
final class Listener
{
    public function __construct(public readonly string $id)
    {
    }
}
