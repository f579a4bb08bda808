<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Exceptions\BadSetting;
use LaravelBridge\Worker\Isolation;
use LaravelBridge\Worker\Settings;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class SettingsTest extends TestCase
{
    #[Test]
    public function there_is_a_default_for_everything(): void
    {
        $settings = Settings::from([]);

        self::assertSame('/tmp/rust_php_bridge.sock', $settings->socketPath);
        self::assertSame(getcwd(), $settings->laravelPath);
        self::assertSame(0600, $settings->socketMode);
        self::assertSame([0, 0, 0], [$settings->generation, $settings->maxRequests, $settings->memoryLimit]);
        self::assertSame(Isolation::Worker, $settings->isolation);
        self::assertFalse($settings->supervised());
    }

    #[Test]
    public function the_environment_sets_them(): void
    {
        $settings = Settings::from([
            'SOCKET_PATH' => '/tmp/x.sock.3', 'LARAVEL_PATH' => '/srv/app', 'SOCKET_MODE' => '660', 'BRIDGE_GENERATION' => '3',
            'BRIDGE_CONTROL_FD' => '5', 'WORKER_MAX_REQUESTS' => '1000', 'WORKER_MEMORY_LIMIT' => '256M', 'WORKER_ISOLATION' => 'request',
            'PHP_MEMORY_LIMIT' => '512M',
        ]);

        self::assertSame('/tmp/x.sock.3', $settings->socketPath);
        self::assertSame('/srv/app', $settings->laravelPath);
        self::assertSame(0660, $settings->socketMode);
        self::assertSame(3, $settings->generation);
        self::assertSame(5, $settings->controlDescriptor);
        self::assertTrue($settings->supervised());
        self::assertSame(1000, $settings->maxRequests);
        self::assertSame(268_435_456, $settings->memoryLimit);
        self::assertSame(Isolation::Request, $settings->isolation);
        self::assertSame('512M', $settings->phpMemoryLimit);
    }

    #[Test]
    public function arguments_win(): void
    {
        $settings = Settings::from(['SOCKET_PATH' => '/tmp/a', 'LARAVEL_PATH' => '/b'], ['--socket=/tmp/c', '--path=/d']);

        self::assertSame(['/tmp/c', '/d'], [$settings->socketPath, $settings->laravelPath]);
    }

    #[Test]
    public function a_link_to_the_folder_one_stands_in_stays_a_link(): void
    {
        $link = sys_get_temp_dir().'/bridge-link-'.bin2hex(random_bytes(4));
        symlink((string) getcwd(), $link);

        self::assertSame($link, Settings::from(['PWD' => $link])->laravelPath);
        self::assertSame(getcwd(), Settings::from(['PWD' => '/'])->laravelPath);
        self::assertSame(getcwd(), Settings::from(['PWD' => '/nowhere'])->laravelPath);
        unlink($link);
    }

    #[Test]
    public function sizes_have_units(): void
    {
        foreach (['1024' => 1024, '8k' => 8192, '2M' => 2_097_152, '1g' => 1_073_741_824, '64MiB' => 67_108_864, '64MB' => 67_108_864] as $text => $bytes) {
            self::assertSame($bytes, Settings::from(['WORKER_MEMORY_LIMIT' => (string) $text])->memoryLimit);
        }
    }

    /**
     * @return iterable<string, array{array<string, string>, list<string>}>
     */
    public static function mistakes(): iterable
    {
        yield 'a word for a number' => [['WORKER_MAX_REQUESTS' => 'many'], []];
        yield 'a negative number' => [['BRIDGE_CONTROL_FD' => '-1'], []];
        yield 'a mode that is not octal' => [['SOCKET_MODE' => '0698'], []];
        yield 'an unknown isolation' => [['WORKER_ISOLATION' => 'full'], []];
        yield 'an unknown unit' => [['WORKER_MEMORY_LIMIT' => '5 apples'], []];
        yield 'an unknown argument' => [[], ['--port=80']];
        yield 'an empty argument' => [[], ['--socket=']];
    }

    /**
     * @param  array<string, string>  $environment
     * @param  list<string>  $arguments
     */
    #[Test]
    #[DataProvider('mistakes')]
    public function mistakes_are_named(array $environment, array $arguments): void
    {
        $this->expectException(BadSetting::class);
        Settings::from($environment, $arguments);
    }
}
