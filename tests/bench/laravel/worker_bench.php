<?php

declare(strict_types=1);

/*
 * What one request costs in a worker, step by step, in one process and without a server:
 *
 *     php -d opcache.enable_cli=1 tests/bench/laravel/worker_bench.php [LARAVEL_PATH] [TARGET] [N]
 *
 * "kernel" is the limit: the application's kernel handling a request that is there already.
 */

use LaravelBridge\Autoload;
use LaravelBridge\Http\RequestFactory;
use LaravelBridge\Http\ResponseWriter;
use LaravelBridge\Laravel\ApplicationFactory;
use LaravelBridge\Laravel\BootedApplication;
use LaravelBridge\Laravel\Sandbox;
use LaravelBridge\Wire\Frame;
use LaravelBridge\Wire\Message;
use LaravelBridge\Wire\Request;
use LaravelBridge\Wire\WorkerConnection;
use LaravelBridge\Worker\Native;
use LaravelBridge\Worker\Output;
use LaravelBridge\Worker\PhpHeaders;

$root = dirname(__DIR__, 3);
$path = (string) realpath($argv[1] ?? "{$root}/tests/app");
$target = $argv[2] ?? '/api/ping';
$rounds = (int) ($argv[3] ?? 500);
$_ENV['APP_DEBUG'] = $_SERVER['APP_DEBUG'] = 'false';
$_ENV['APP_ENV'] = $_SERVER['APP_ENV'] = 'production';

require "{$root}/php/src/Autoload.php";
Autoload::register();

/** Processor time so far, in microseconds: other work on the machine must not count. */
function processor(): float
{
    $usage = getrusage();

    return $usage === false ? 0.0 : ($usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']) * 1e6 + $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec'];
}

/**
 * The steps take turns, so that a busy moment of the machine hits all of them; the median of the turns counts.
 *
 * @param  array<string, Closure(): void>  $steps
 * @return array<string, float> microseconds of processor time for one round
 */
function measure(array $steps, int $rounds): array
{
    $turns = [];
    for ($turn = 0; $turn < 21; $turn++) {
        foreach ($steps as $name => $step) {
            $start = processor();
            for ($i = 0; $i < $rounds; $i++) {
                $step();
            }
            $turns[$name][] = (processor() - $start) / $rounds;
        }
    }

    return array_map(static function (array $turns): float {
        sort($turns);

        return $turns[intdiv(count($turns), 2)];
    }, $turns);
}

/*
 * In a function: global variables are put back after each request.
 */
(static function () use ($path, $target, $rounds): void {
    $booted = (new ApplicationFactory($path))->boot(static function (string $step): void {
    });
    $app = Illuminate\Container\Container::getInstance();
    assert($app instanceof Illuminate\Foundation\Application && $booted instanceof BootedApplication);
    $kernel = $app->make(Illuminate\Contracts\Http\Kernel::class);

    [$near, $far] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    stream_set_read_buffer($far, 0);
    $connection = new WorkerConnection($near);
    $native = new Native;
    $native->collectHeaders();
    $headers = new PhpHeaders;
    $output = new Output($connection, $native, $headers);
    $factory = new RequestFactory($app->publicPath());
    $writer = new ResponseWriter;
    $sandbox = new Sandbox($app);

    $json = Message::encode('request', [
        'id' => '7f3c9a1b2d4e5f60', 'method' => 'GET', 'target' => $target, 'version' => '1.1', 'scheme' => 'http',
        'host' => 'localhost:8080', 'client' => ['127.0.0.1', 51234], 'server' => ['127.0.0.1', 8080], 'time' => microtime(true),
        'headers' => [
            ['Host', 'localhost:8080'], ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'], ['Accept', '*/*'],
            ['Accept-Encoding', 'gzip, deflate, br'], ['Accept-Language', 'en-GB,en;q=0.9'], ['Cookie', 'bridge_session=abcdef; theme=dark'],
        ],
        'body' => 0, 'length' => 0,
    ]);
    $frame = Frame::message($json);
    $message = Request::fromMessage(Message::decode($json), '');
    $pong = static fn (): string => '';

    $ready = $factory->make($message);
    $response = $kernel->handle($ready);
    $sandbox->reset();

    $steps = [
        'kernel alone: handle and terminate' => static function () use ($ready, $kernel): void {
            $request = clone $ready;
            $kernel->terminate($request, $kernel->handle($request));
        },
        'kernel with a new request' => static function () use ($factory, $message, $kernel): void {
            $request = $factory->make($message);
            $kernel->terminate($request, $kernel->handle($request));
        },
        'kernel and reset' => static function () use ($ready, $kernel, $sandbox): void {
            $request = clone $ready;
            $kernel->terminate($request, $kernel->handle($request));
            $sandbox->reset();
        },
        'everything' => static function () use ($far, $frame, $connection, $pong, $booted, $output, $headers): void {
            fwrite($far, $frame);
            $request = $connection->nextRequest($pong);
            assert($request !== null);
            $headers->forget();
            $answer = $connection->answer();
            $connection->taken();
            $output->begin($answer);
            $booted->handle($request, $answer, $output);
            $booted->terminate();
            $output->finish();
            $booted->reset();
            $connection->ready(memory_get_usage(true), 1, 1);
            fread($far, 65536);
        },
        'the request object' => static fn () => $factory->make($message),
        'a reset after nothing' => static fn () => $sandbox->reset(),
        'wire in: read, decode' => static function () use ($far, $frame, $connection, $pong): void {
            fwrite($far, $frame);
            $connection->nextRequest($pong);
        },
        'wire out: taken, head, body, end, ready' => static function () use ($far, $connection, $writer, $response, $ready, $output): void {
            $connection->taken();
            $answer = $connection->answer();
            $output->begin($answer);
            $writer->write($response, $ready, $answer, $output);
            $output->finish();
            $connection->ready(1, 1, 1);
            fread($far, 65536);
        },
        'in these two: the far end of the socket' => static function () use ($far, $near, $frame): void {
            fwrite($far, $frame);
            fread($near, 65536);
            fwrite($near, 'x');
            fread($far, 65536);
        },
    ];
    measure($steps, intdiv($rounds, 10));
    $results = measure($steps, $rounds);
    foreach ($results as $name => $microseconds) {
        printf("%-44s %8.1f us\n", $name, $microseconds);
    }
    printf("%-44s %8.2f x\n", 'everything / kernel alone', $results['everything'] / $results['kernel alone: handle and terminate']);
})();
