<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use Attribute;

/** The method, or the class's `__invoke` or `handle`, is a task that clients of the tunnel may call by this id. */
#[Attribute(Attribute::TARGET_CLASS | Attribute::TARGET_METHOD | Attribute::IS_REPEATABLE)]
final class Task
{
    public function __construct(public readonly string $id)
    {
    }
}
