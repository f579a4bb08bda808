<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * While a new generation boots, another one serves, and on a busy machine a boot takes a whole processor: so it gives way.
 * Workers are born from it, hence only where it may take its place again.
 */
final class Priority
{
    private const STEP = 5;

    /** capabilities(7) */
    private const CAP_SYS_NICE = 23;

    public function __construct(private readonly string $folder = '/proc/self')
    {
    }

    /**
     * @return int by how much: what `back` takes; 0 where there would be no way back
     */
    public function giveWay(): int
    {
        return $this->mayComeBack() && @proc_nice(self::STEP) ? self::STEP : 0;
    }

    public static function back(int $steps): bool
    {
        return $steps === 0 || @proc_nice(-$steps);
    }

    public function mayComeBack(): bool
    {
        if (! function_exists('pcntl_getpriority') || ! function_exists('proc_nice')) {
            return false;
        }
        preg_match('/^CapEff:\s+([0-9a-f]+)$/m', (string) @file_get_contents("{$this->folder}/status"), $capabilities);
        if (((hexdec($capabilities[1] ?? '0') >> self::CAP_SYS_NICE) & 1) === 1) {
            return true;
        }
        // getrlimit(2): 20 less the limit is how far up one may go.
        preg_match('/^Max nice priority\s+(\d+)/m', (string) @file_get_contents("{$this->folder}/limits"), $limit);

        return 20 - (int) ($limit[1] ?? 0) <= (int) pcntl_getpriority();
    }
}
