<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\DebugClient;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** Xdebug's step debugger: one worker, and all the time in the world. */
final class DebuggerTest extends TestCase
{
    private const IMPATIENT = ['REQUEST_TIMEOUT' => '1', 'QUEUE_TIMEOUT' => '0.1', 'SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '4'];

    private string $folder;

    private Server $server;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
    }

    protected function tearDown(): void
    {
        if (isset($this->server)) {
            $this->server->kill();
        }
        Folders::remove($this->folder);
    }

    public function test_no_deadline_holds_and_there_is_one_worker(): void
    {
        $this->startWithFake();

        $first = $this->server->connect()->request('GET', '/slow/1500');
        $this->server->busyWorker();
        $second = $this->server->connect()->request('GET', '/slow/1');

        self::assertSame(1500, $first->answer()->json()['slept_ms'], 'Longer than REQUEST_TIMEOUT.');
        self::assertSame(1, $second->answer()->json()['slept_ms'], 'It has waited for longer than QUEUE_TIMEOUT.');
        self::assertCount(1, $this->server->workers());
        self::assertStringContainsString('Xdebug may stop at breakpoints', $this->server->log());
    }

    public function test_a_request_calls_the_debugger_with_the_triggers_of_xdebug(): void
    {
        $this->startWithFake();

        $first = $this->server->get('/whoami')->json()['pid'];
        self::assertSame($first, $this->server->get('/whoami')->json()['pid']);
        self::assertFileDoesNotExist("$this->folder/attached");

        foreach ([['/whoami', ['Cookie' => 'a=b; XDEBUG_SESSION=PHPSTORM']], ['/whoami?XDEBUG_TRIGGER=1', []]] as [$target, $headers]) {
            $pid = $this->server->get($target, $headers)->json()['pid'];
            self::assertContains((string) $pid, explode("\n", (string) file_get_contents("$this->folder/attached")));
            self::assertNotSame($pid, $this->server->get('/whoami')->json()['pid'], 'The session ends with its request.');
        }
        self::assertCount(3, explode("\n", (string) file_get_contents("$this->folder/attached")));
    }

    public function test_xdebug_stops_at_a_breakpoint_for_as_long_as_one_likes(): void
    {
        $extension = (string) (getenv('E2E_XDEBUG') ?: ini_get('extension_dir').'/xdebug.so');
        if (! is_file($extension)) {
            self::markTestSkipped('No xdebug.so: E2E_XDEBUG names one.');
        }
        $file = Server::application().'/app/Http/Controllers/TroubleController.php';
        $line = (int) array_key_first(preg_grep('/usleep/', file($file) ?: []) ?: []) + 1;
        $editor = new DebugClient($file, $line);
        $this->start("-d zend_extension=$extension -d xdebug.mode=debug -d xdebug.client_port=$editor->port -d xdebug.log_level=0");

        $asked = $this->server->connect()->request('GET', '/slow/1', ['Cookie' => 'XDEBUG_SESSION=1']);
        $session = $editor->untilItStops();
        $waits = $this->server->connect()->request('GET', '/whoami');
        self::assertFalse($asked->readable(1.3), 'It stands there for longer than REQUEST_TIMEOUT.');
        $editor->run($session);

        self::assertSame(1, $asked->answer()->json()['slept_ms']);
        self::assertSame(200, $waits->answer()->status);
    }

    private function startWithFake(): void
    {
        $this->start('-d auto_prepend_file='.__DIR__.'/Support/fake_xdebug.php');
    }

    private function start(string $options): void
    {
        $this->server = Server::launch(self::IMPATIENT + ['PHP_OPTIONS' => $options, 'FAKE_XDEBUG' => "$this->folder/attached"], $this->folder)->awaitListening();
        Processes::await(fn (): bool => $this->server->answers(), 'the application answers');
    }
}
