<?php

declare(strict_types=1);

return [
    'default' => env('MAIL_MAILER', 'log'),
    'mailers' => ['log' => ['transport' => 'log'], 'array' => ['transport' => 'array']],
    'from' => ['address' => 'demo@example.com', 'name' => env('APP_NAME', 'Laravel')],
];
