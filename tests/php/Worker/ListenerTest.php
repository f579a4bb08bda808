<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Exceptions\CannotListen;
use LaravelBridge\Worker\Listener;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class ListenerTest extends TestCase
{
    private string $path;

    protected function setUp(): void
    {
        $this->path = sys_get_temp_dir().'/bridge-listener-'.bin2hex(random_bytes(4));
    }

    protected function tearDown(): void
    {
        @unlink($this->path);
    }

    #[Test]
    public function it_accepts_and_removes_its_file(): void
    {
        $listener = Listener::bind($this->path, 0600);
        $client = stream_socket_client("unix://{$this->path}");

        self::assertNotNull($listener->accept());
        self::assertNotFalse($client);
        $listener->remove();
        self::assertFileDoesNotExist($this->path);
    }

    #[Test]
    public function a_dead_socket_is_replaced(): void
    {
        $dead = stream_socket_server("unix://{$this->path}");
        self::assertNotFalse($dead);
        fclose($dead);
        self::assertFileExists($this->path);

        $listener = Listener::bind($this->path, 0600);
        self::assertNotFalse(stream_socket_client("unix://{$this->path}"));
        $listener->remove();
    }

    #[Test]
    public function a_living_one_is_not(): void
    {
        $other = stream_socket_server("unix://{$this->path}");
        self::assertNotFalse($other);

        $this->expectExceptionMessage('Another process listens');
        $this->expectException(CannotListen::class);
        Listener::bind($this->path, 0600);
    }

    #[Test]
    public function a_file_that_is_no_socket_is_left_alone(): void
    {
        file_put_contents($this->path, 'precious');
        try {
            Listener::bind($this->path, 0600);
            self::fail('That is no socket.');
        } catch (CannotListen $e) {
            self::assertStringContainsString('is no socket', $e->getMessage());
        }
        self::assertSame('precious', file_get_contents($this->path));
    }

    #[Test]
    public function it_does_not_remove_what_took_its_place(): void
    {
        $listener = Listener::bind($this->path, 0600);
        unlink($this->path);
        file_put_contents($this->path, 'another');
        $listener->remove();

        self::assertFileExists($this->path);
    }

    #[Test]
    public function a_path_too_long_is_refused_and_not_cut(): void
    {
        $this->expectException(CannotListen::class);
        Listener::bind('/tmp/'.str_repeat('x', 110), 0600);
    }

    #[Test]
    public function a_folder_that_is_not_there_is_named(): void
    {
        $this->expectExceptionMessage('its folder does not exist');
        $this->expectException(CannotListen::class);
        Listener::bind('/tmp/no-such-folder/x.sock', 0600);
    }
}
