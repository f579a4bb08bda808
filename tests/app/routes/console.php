<?php

declare(strict_types=1);

use Illuminate\Support\Facades\Artisan;

Artisan::command('demo:version', function (): void {
    $this->line('Laravel '.app()->version().' on PHP '.PHP_VERSION);
})->purpose('Say which versions this application runs on');
