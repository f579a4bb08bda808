<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** What operators order: a release that does not boot, and the end. */
final class OperatorsReloadTest extends TestCase
{
    private Server $server;

    private string $folder;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        symlink(Server::application(), "$this->folder/current");
        $this->server = Server::start(['LARAVEL_PATH' => "$this->folder/current", 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1'], $this->folder);
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->folder);
    }

    public function test_a_release_that_does_not_boot_is_refused_with_its_error_and_the_old_one_serves_on(): void
    {
        mkdir("$this->folder/broken");
        file_put_contents("$this->folder/broken/artisan", '<?php fwrite(STDERR, "this release is broken\n"); exit(7);');
        $this->switchTo("$this->folder/broken");

        $reload = $this->command('reload', '--wait');

        self::assertSame(1, $reload->code);
        self::assertStringContainsString('7', $reload->errors);
        self::assertStringContainsString('this release is broken', $reload->errors);
        self::assertTrue($this->server->answers());
        self::assertSame(0, $this->command('status')->code);

        $this->switchTo(Server::application());
        self::assertSame(0, $this->command('reload', '--wait')->code);
        self::assertTrue($this->server->answers());
    }

    public function test_stop_returns_when_the_request_in_flight_is_answered_and_the_process_has_ended(): void
    {
        $running = $this->server->connect()->request('GET', '/slow/1200');
        $this->server->busyWorker();
        $start = microtime(true);

        $stop = $this->command('stop', '--wait');

        self::assertSame(0, $stop->code, $stop->errors);
        self::assertGreaterThan(0.5, microtime(true) - $start);
        self::assertFalse(Processes::alive($this->server->pid));
        self::assertSame(200, $running->answer()->status);
        self::assertSame(0, $this->server->exitCode());
        self::assertSame([], glob($this->server->folder.'/bridge.sock*'));
        self::assertSame(3, $this->command('status')->code);
    }

    public function test_while_it_stops_it_says_so_and_is_not_ready(): void
    {
        $running = $this->server->connect()->request('GET', '/slow/1200');
        $this->server->busyWorker();
        self::assertSame(0, $this->command('stop')->code);

        $admin = (new Connection("unix://$this->folder/bridge.sock.admin"))->request('GET', '/-/ready')->answer();
        $status = $this->command('status');

        self::assertSame(503, $admin->status);
        self::assertStringContainsString('the server is stopping', $admin->body);
        self::assertSame(1, $status->code);
        self::assertStringContainsString('the server is stopping', $status->output);
        self::assertSame(200, $running->answer()->status);
        self::assertSame(0, $this->server->exitCode());
    }

    private function command(string ...$arguments): Program
    {
        return Program::run([Server::binary(), ...array_values($arguments)], ['SOCKET_PATH' => "$this->folder/bridge.sock", 'PATH' => (string) getenv('PATH')]);
    }

    private function switchTo(string $release): void
    {
        symlink($release, "$this->folder/next");
        rename("$this->folder/next", "$this->folder/current");
    }
}
