<?php

declare(strict_types=1);

/*
 * For each group of benchmarks: the classes of tests/bench and those of the end-to-end tests that start servers; a signal ends a group as its end does,
 * with what it started. BENCH_SECONDS is how long one measurement takes.
 */

namespace LaravelBridge\Bench;

require dirname(__DIR__).'/e2e/bootstrap.php';

spl_autoload_register(static function (string $class): void {
    foreach (['support', 'laravel', 'life'] as $folder) {
        $path = __DIR__."/$folder/".basename(strtr($class, '\\', '/')).'.php';
        if (str_starts_with($class, __NAMESPACE__.'\\') && is_file($path)) {
            require $path;
        }
    }
});

pcntl_async_signals(true);
foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
    pcntl_signal($signal, static fn () => exit(130));
}

function seconds(): int
{
    return max(1, (int) (getenv('BENCH_SECONDS') ?: 5));
}
