<?php

declare(strict_types=1);

return [
    'tunnel' => ['classes' => [App\Tunnel\DemoTasks::class, App\Tunnel\DemoFiles::class], 'auth' => [App\Tunnel\DemoFiles::class, 'allowed']],
];
