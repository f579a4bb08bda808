<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use Illuminate\Support\Collection;

/**
 * A service that is made of further objects.
 */
final class Package
{
    public Counter $inner;

    /** @var list<Counter> */
    public array $list;

    /** @var Collection<int, string> */
    public Collection $collected;

    public function __construct()
    {
        $this->inner = new Counter;
        $this->list = [new Counter];
        $this->collected = new Collection;
    }
}
