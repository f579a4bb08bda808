<?php

declare(strict_types=1);

/*
 * make bench: the bare kernel, this server and nginx + PHP-FPM with two workers each, measured in turn on the same pages.
 *
 *   BENCH_SECONDS  of each measurement (5)
 *   BENCH_C        concurrent connections (1,32,256)
 *   BENCH_ONLY     names of scenarios or contestants, separated by commas (all)
 *
 * The application is a copy in build/bench/app in production mode with all of Laravel's caches; everything listens on 127.0.0.1 and is stopped at the
 * end, whatever happens.
 */

namespace LaravelBridge\Bench;

require dirname(__DIR__).'/e2e/bootstrap.php';
foreach (['Measurement', 'Scenario', 'Application', 'Contestant', 'BareLoops', 'Served', 'Bridge', 'NginxFpm', 'Report'] as $class) {
    require __DIR__."/php/$class.php";
}

pcntl_async_signals(true);
foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
    pcntl_signal($signal, static fn () => exit(130));
}

$list = static fn (string $name, string $default): array => array_filter(explode(',', getenv($name) ?: $default), static fn (string $word): bool => $word !== '');
$seconds = max(1, (int) (getenv('BENCH_SECONDS') ?: 5));
$concurrency = array_map(intval(...), $list('BENCH_C', '1,32,256'));
$only = $list('BENCH_ONLY', '');

$wanted = static function (array $all) use ($only): array {
    $named = array_filter($all, static fn (Contestant|Scenario $one): bool => in_array($one->name, $only, true));

    return array_values($named ?: $all);
};

$folder = dirname(__DIR__, 2).'/build/bench';
$application = Application::prepare($folder);
$contestants = $wanted([new BareLoops($application), new Bridge($application), new NginxFpm($application)]);
register_shutdown_function(static function () use ($contestants): void {
    foreach ($contestants as $contestant) {
        $contestant->stop();
    }
});

$report = new Report("$folder/".date('Ymd-His').'.json', $seconds);
foreach ($contestants as $contestant) {
    $contestant->start();
}
foreach ($wanted(Scenario::all()) as $scenario) {
    foreach ($concurrency as $turn => $connections) {
        foreach ($contestants as $contestant) {
            // The loops have no clients: once for each scenario is enough.
            if ($contestant instanceof BareLoops && $turn > 0) {
                continue;
            }
            $report->add($contestant->measure($scenario, $connections, $seconds));
        }
    }
}
$report->close();
