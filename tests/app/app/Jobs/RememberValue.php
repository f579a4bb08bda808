<?php

declare(strict_types=1);

namespace App\Jobs;

use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Bus\Dispatchable;
use Illuminate\Queue\InteractsWithQueue;
use Illuminate\Queue\SerializesModels;
use Illuminate\Support\Facades\Cache;

/** Writes its value, after some seconds, where /queue/result reads it. */
final class RememberValue implements ShouldQueue
{
    use Dispatchable, InteractsWithQueue, Queueable, SerializesModels;

    public const CACHE_KEY = 'queue:result';

    public function __construct(private readonly string $value, private readonly int $seconds = 0)
    {
    }

    public function handle(): void
    {
        sleep($this->seconds);
        Cache::put(self::CACHE_KEY, ['value' => $this->value, 'pid' => getmypid(), 'console' => app()->runningInConsole()], 600);
    }
}
