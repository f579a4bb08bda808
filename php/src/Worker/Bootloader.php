<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * Boots the application once, in the handler. The steps are those of the control channel's "booting" message.
 */
interface Bootloader
{
    /**
     * @param  callable(string): void  $step  told before each step: autoload, bootstrap, warm, disconnect
     */
    public function boot(callable $step): Application;

    /**
     * What a person should know about this boot: descriptors left open, services that could not be warmed.
     *
     * @return list<string>
     */
    public function notes(): array;
}
