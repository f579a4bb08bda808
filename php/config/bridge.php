<?php

declare(strict_types=1);

return [

    /*
     * The native server. Without a path it is looked for in the package (build/laravel-bridge) and in PATH. Everything
     * about the server itself, ports, workers, limits, is set in the environment or in .env: see `laravel-bridge --help`.
     */
    'binary' => env('BRIDGE_BINARY'),

    /*
     * Container services to resolve once, before the workers are forked, besides the usual ones and those that providers
     * have resolved. A worker then finds them ready.
     */
    'warm' => [],

    /*
     * Container services that each request makes anew, although something resolved them while the application booted.
     * What a request writes into a service of the boot is put back anyway; this is for those that hold what cannot be, a
     * connection for example.
     */
    'flush' => [],

    /*
     * What stays as a request left it, caches of your own: services, by name or class, and static properties, by class or as
     * "App\Support\Countries::$list", * for anything.
     */
    'keep' => [],

    /*
     * Database connections to close after each request: all of them (true), those named, or none. For settings of a
     * session (SET, temporary tables, advisory locks) that a request must not find.
     */
    'disconnect' => false,

    /*
     * Concurrency::driver('bridge'): how many forks of a worker run tasks at the same time, and the seconds that each task
     * may take; 0 is no limit.
     */
    'concurrency' => [
        'processes' => 8,
        'timeout' => 60,
    ],

    /*
     * Where `Channels::publish` finds the topics of the server, the PUBSUB_TOKEN that it has, too, and the seconds that may
     * pass. Without an URL it is the server that runs this process, a worker or one of BRIDGE_PROCESSES; elsewhere, in a
     * cron job for example, that port of this machine.
     */
    'pubsub' => [
        'url' => env('PUBSUB_URL'),
        'port' => env('HTTP_PORT', 8080),
        'mount' => env('PUBSUB_MOUNT', '/pubsub'),
        'token' => env('PUBSUB_TOKEN', ''),
        'timeout' => 5.0,
    ],

    /*
     * What `laravel-rust:check` and DETECT are not to report: places ("App\Basket::$items") or classes, * for anything. Static
     * properties that are named here stay, as with "keep".
     */
    'detect' => [
        'ignore' => [],
    ],

    /*
     * What clients of the tunnel can call and emit: ids with a class (its __invoke or handle), or a class and a method; of
     * an event, a list of these, too. `classes` are those whose #[Task] and #[Listener] attributes say the same.
     */
    'tunnel' => [
        'tasks' => [],
        'listeners' => [],
        'classes' => [],
        // With TUNNEL_DELEGATE_AUTH: asked before each task and event, with the request as `array $context`; true allows it.
        'auth' => null,
    ],

];
