<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Console;

use LaravelBridge\Console\NativeBinary;
use LaravelBridge\Testing\FakeProcesses;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class NativeBinaryTest extends TestCase
{
    private string $package;

    protected function setUp(): void
    {
        $this->package = sys_get_temp_dir().'/bridge-package-'.bin2hex(random_bytes(4));
        mkdir($this->package.'/build', 0777, true);
    }

    protected function tearDown(): void
    {
        exec('rm -rf '.escapeshellarg($this->package));
    }

    #[Test]
    public function the_configured_one_comes_first(): void
    {
        $this->built();

        self::assertSame('/bin/sh', (new NativeBinary(new FakeProcesses, '/bin/sh', $this->package))->find());
        self::assertNull((new NativeBinary(new FakeProcesses, '/nowhere', $this->package))->find());
        self::assertSame('/usr/bin/bridge', (new NativeBinary(new FakeProcesses(['bridge' => '/usr/bin/bridge']), 'bridge', $this->package))->find());
    }

    #[Test]
    public function then_the_one_that_was_built_then_the_one_in_path(): void
    {
        $processes = new FakeProcesses(['laravel-bridge' => '/usr/bin/laravel-bridge']);
        self::assertSame('/usr/bin/laravel-bridge', (new NativeBinary($processes, null, $this->package))->find());
        $built = $this->built();
        self::assertSame($built, (new NativeBinary($processes, null, $this->package))->find());
        self::assertSame($built, (new NativeBinary($processes, '', $this->package))->find());
    }

    #[Test]
    public function it_is_built_with_the_sources_of_the_package(): void
    {
        $commands = (new NativeBinary(new FakeProcesses, null, $this->package))->buildCommands();

        self::assertSame('cmake', $commands[0][0]);
        self::assertContains($this->package, $commands[0]);
        self::assertContains($this->package.'/build', $commands[1]);
        self::assertFileExists((new NativeBinary(new FakeProcesses))->packagePath().'/CMakeLists.txt');
    }

    private function built(): string
    {
        $file = $this->package.'/build/laravel-bridge';
        file_put_contents($file, '');
        chmod($file, 0755);

        return $file;
    }
}
