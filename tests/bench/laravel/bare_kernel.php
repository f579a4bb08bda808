<?php

declare(strict_types=1);

/*
 * php bare_kernel.php APPLICATION SCENARIO SECONDS: boots the application once, then handles the same request again and again. What a server would add
 * (reading, a sandbox, writing, terminate) is left out. Prints {"requests","seconds","cpu"}, cpu in seconds.
 */

use Illuminate\Contracts\Http\Kernel;
use Illuminate\Http\Request;
use LaravelBridge\Bench\Scenario;

require __DIR__.'/Scenario.php';

[, $path, $name, $seconds] = $argv;
$scenario = Scenario::named($name);

// A web application, though the command line runs it.
$_ENV['APP_RUNNING_IN_CONSOLE'] = $_SERVER['APP_RUNNING_IN_CONSOLE'] = 'false';
require "$path/vendor/autoload.php";
$kernel = (require "$path/bootstrap/app.php")->make(Kernel::class);

$server = [
    'REQUEST_METHOD' => $scenario->method, 'REQUEST_URI' => $scenario->target, 'QUERY_STRING' => '', 'SERVER_PROTOCOL' => 'HTTP/1.1',
    'HTTP_HOST' => 'localhost', 'SERVER_NAME' => 'localhost', 'SERVER_PORT' => 80, 'REMOTE_ADDR' => '127.0.0.1', 'SCRIPT_NAME' => '/index.php',
    'SCRIPT_FILENAME' => "$path/public/index.php",
];
foreach ($scenario->headers as $header => $value) {
    $key = strtoupper(strtr($header, '-', '_'));
    $server[$key === 'CONTENT_TYPE' ? $key : "HTTP_$key"] = $value;
}
$cookies = [];

$handle = static function () use ($kernel, $scenario, $server, &$cookies) {
    $request = new Request([], [], [], $cookies, [], $server, $scenario->body);
    $response = $kernel->handle($request);
    $response->getContent();

    return $response;
};

// The second request has the session of the first; the rest warms up.
for ($warm = 0; $warm < 100; $warm++) {
    $response = $handle();
    if ($response->getStatusCode() !== 200) {
        fwrite(STDERR, $response->getContent());
        exit(1);
    }
    foreach ($scenario->session ? $response->headers->getCookies() : [] as $cookie) {
        $cookies[$cookie->getName()] = $cookie->getValue();
    }
}

$cpu = static function (): float {
    $usage = getrusage() ?: exit(1);

    return $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec'] + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) / 1e6;
};
$requests = 0;
$start = hrtime(true);
$used = $cpu();
$end = $start + (int) $seconds * 1000000000;
do {
    $handle();
    $requests++;
} while (hrtime(true) < $end);

echo json_encode(['requests' => $requests, 'seconds' => (hrtime(true) - $start) / 1e9, 'cpu' => $cpu() - $used]);
