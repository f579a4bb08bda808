<?php

declare(strict_types=1);

return [

    /*
     * The native server. Without a path it is looked for in the package (build/laravel-bridge) and in PATH. Everything
     * about the server itself, ports, workers, limits, is set in the environment or in .env: see `laravel-bridge --help`.
     */
    'binary' => env('BRIDGE_BINARY'),

    /*
     * Container services to resolve once, before the workers are forked, besides the usual ones. A worker then finds
     * them ready; state that a request leaves in them stays, so name only services that keep none.
     */
    'warm' => [],

];
