<?php

declare(strict_types=1);

/* As an application with laravel/octane has it; read where DEMO_OCTANE loads its stand-ins. */

return [
    'listeners' => [],
    'cache' => ['rows' => 1000, 'bytes' => 10000],
    'tables' => [
        'example:100' => ['name' => 'string:1000', 'votes' => 'int', 'share' => 'float'],
    ],
];
