<?php

declare(strict_types=1);

return [
    'tunnel' => ['classes' => [App\Tunnel\DemoTasks::class]],
];
