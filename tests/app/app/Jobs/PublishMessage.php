<?php

declare(strict_types=1);

namespace App\Jobs;

use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Bus\Dispatchable;
use Illuminate\Queue\InteractsWithQueue;
use Illuminate\Queue\SerializesModels;
use LaravelBridge\Channels;

/** Publishes from a queue worker. */
final class PublishMessage implements ShouldQueue
{
    use Dispatchable, InteractsWithQueue, Queueable, SerializesModels;

    public function __construct(private readonly string $topic, private readonly string $text)
    {
    }

    public function handle(): void
    {
        Channels::publish('news', $this->topic, ['text' => $this->text, 'by' => getmypid()], event: 'job');
    }
}
