<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use LaravelBridge\Laravel\Resetter;

/**
 * What belongs to the process and not to any object: time zone and working directory.
 */
final class ProcessState implements Resetter
{
    private readonly string $timezone;

    private readonly string $directory;

    public function __construct()
    {
        $this->timezone = date_default_timezone_get();
        $this->directory = (string) getcwd();
    }

    public function reset(): void
    {
        if (date_default_timezone_get() !== $this->timezone) {
            date_default_timezone_set($this->timezone);
        }
        if (getcwd() !== $this->directory) {
            @chdir($this->directory);
        }
    }
}
