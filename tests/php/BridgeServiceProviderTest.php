<?php

declare(strict_types=1);

namespace LaravelBridge\Tests;

use Illuminate\Console\Application as Artisan;
use LaravelBridge\BridgeServiceProvider;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

#[BackupGlobals(true)]
final class BridgeServiceProviderTest extends TestCase
{
    private SmallLaravel $laravel;

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel;
        Artisan::forgetBootstrappers();
    }

    protected function tearDown(): void
    {
        Artisan::forgetBootstrappers();
        $this->laravel->stop();
    }

    #[Test]
    public function it_brings_its_configuration(): void
    {
        $this->laravel->app->register(BridgeServiceProvider::class);

        self::assertSame([], $this->laravel->app->make('config')->get('bridge.warm'));
        self::assertArrayHasKey('binary', $this->laravel->app->make('config')->get('bridge'));
    }

    #[Test]
    public function in_a_request_it_registers_nothing_else(): void
    {
        $bindings = count($this->laravel->app->getBindings());
        $this->laravel->app->register(BridgeServiceProvider::class);

        self::assertCount($bindings, $this->laravel->app->getBindings());
        self::assertSame([], BridgeServiceProvider::pathsToPublish(BridgeServiceProvider::class));
    }
}
