<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** An application that does not boot says why in the browser of who develops it, and of nobody else. */
final class BootErrorTest extends TestCase
{
    private string $folder;

    private Release $release;

    private ?Server $server = null;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        $this->release = Release::make("$this->folder/app", 'put right');
        $this->release->route("throw new LogicException('The <b>boot</b> fails on purpose.');");
    }

    protected function tearDown(): void
    {
        $this->server?->kill();
        Folders::remove($this->folder);
    }

    public function test_the_page_shows_the_error_until_the_mistake_is_put_right(): void
    {
        $server = $this->start('true');
        $answer = $server->get('/', ['Accept' => 'text/html']);

        self::assertSame(503, $answer->status);
        self::assertStringStartsWith('text/html', (string) $answer->header('Content-Type'));
        foreach (['The &lt;b&gt;boot&lt;/b&gt; fails on purpose.', 'stateless.php', (string) $answer->header('X-Request-Id')] as $words) {
            self::assertStringContainsString($words, $answer->body);
        }
        self::assertStringNotContainsString('on purpose', $server->get('/', ['Accept' => 'application/json'])->body);

        $this->release->answer('put right');
        Processes::await(fn (): bool => str_starts_with($server->get('/release')->body, 'put right'), 'the saved file is served');
    }

    public function test_without_debug_it_says_nothing(): void
    {
        $answer = $this->start('false')->get('/', ['Accept' => 'text/html']);

        self::assertSame(503, $answer->status);
        self::assertStringNotContainsString('on purpose', $answer->body);
    }

    private function start(string $debug): Server
    {
        $this->server = $server = Server::launch(['LARAVEL_PATH' => $this->release->path, 'APP_DEBUG' => $debug], $this->folder, ['--watch'])->awaitListening();
        Processes::await(fn (): bool => str_contains($server->log(), 'on purpose'), 'the boot fails');

        return $server;
    }
}
