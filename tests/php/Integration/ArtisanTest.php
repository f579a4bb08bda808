<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Integration;

use LaravelBridge\Tests\Support\DemoApplication;
use LaravelBridge\Tests\Support\HandlerProcess;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * "php artisan laravel-rust:serve" as the runtime and as a person start it.
 */
final class ArtisanTest extends TestCase
{
    private ?HandlerProcess $handler = null;

    protected function tearDown(): void
    {
        $this->handler?->stop();
    }

    #[Test]
    public function the_runtime_gets_a_handler_that_boots_afresh(): void
    {
        $this->handler = HandlerProcess::artisan(DemoApplication::path('12'), ['HTTP_HOST' => '0.0.0.0']);
        $messages = $this->handler->until('listening');

        self::assertSame(['autoload', 'bootstrap', 'warm', 'disconnect', 'listen'], array_column($messages, 'step'));
        $listening = $messages[count($messages) - 1];
        self::assertSame($this->handler->pid, $listening['pid'], 'It becomes the handler, no PHP waits beside it.');
        self::assertSame([], $listening['notes']);
        $who = $this->handler->worker()->exchange('GET', '/whoami')->json();
        self::assertFalse($who['console']);
        $seen = $this->handler->worker()->exchange('GET', '/api/headers')->json();
        self::assertSame('localhost', $seen['host']);
    }

    #[Test]
    public function a_person_may_start_a_handler_by_hand(): void
    {
        $this->handler = HandlerProcess::artisan(DemoApplication::path('12'), [], false, ['--handler'])->ready();

        self::assertSame(200, $this->handler->worker()->exchange('GET', '/api/ping')->status());
        $this->handler->signal(SIGTERM);
        self::assertSame(0, $this->handler->exitCode());
    }
}
