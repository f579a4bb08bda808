<?php

declare(strict_types=1);

namespace LaravelBridge\Testing;

use Closure;
use LaravelBridge\Worker\Application;
use LaravelBridge\Worker\Bootloader;

/**
 * Boots what it is given, or fails as it is told.
 */
final class FakeBootloader implements Bootloader
{
    /**
     * @param  (Closure(): Application)|null  $boot
     * @param  list<string>  $notes
     */
    public function __construct(private readonly ?Closure $boot = null, private readonly array $notes = [])
    {
    }

    public function boot(callable $step): Application
    {
        $step('autoload');
        $step('bootstrap');

        return $this->boot === null ? new FakeApplication : ($this->boot)();
    }

    public function notes(): array
    {
        return $this->notes;
    }
}
