<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\Group;
use PHPUnit\Framework\TestCase;

/** Laravel's Vite in one worker that is never reloaded: the dev server's hot file and a new build are seen by the next page. */
#[Group('main')]
final class ViteTest extends TestCase
{
    private string $folder;

    private string $public;

    private Server $server;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        $release = Release::make("$this->folder/app", 'vite');
        $release->route('Route::get(\'/vite\', fn () => app(\Illuminate\Foundation\Vite::class)([\'resources/js/app.js\'])->toHtml().\' by \'.getmypid());');
        $this->public = "$release->path/public";
        if (! is_dir("$this->public/build")) {
            mkdir("$this->public/build");
        }
        $this->build('app-11111111.js');
        $this->server = Server::start(['LARAVEL_PATH' => $release->path, 'APP_ENV' => 'local', 'WORKER_ISOLATION' => 'worker', 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1'], $this->folder);
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->folder);
    }

    public function test_the_hot_file_counts_as_soon_as_it_is_there_and_no_longer(): void
    {
        $worker = $this->page('/build/assets/app-11111111.js');
        for ($turn = 0; $turn < 2; $turn++) {
            file_put_contents("$this->public/hot", "http://127.0.0.1:517$turn");
            $this->page("http://127.0.0.1:517$turn/@vite/client");
            self::assertSame($worker, $this->page("http://127.0.0.1:517$turn/resources/js/app.js"));

            // By another process, as Vite does when it ends: PHP forgets what it unlinks itself.
            Processes::await(fn (): bool => proc_close(proc_open(['rm', "$this->public/hot"], [], $pipes) ?: throw new \RuntimeException('No rm')) === 0, 'Vite ends');
            self::assertSame($worker, $this->page('/build/assets/app-11111111.js'));
        }
    }

    public function test_a_new_build_is_served_at_once(): void
    {
        $worker = $this->page('/build/assets/app-11111111.js');
        $this->build('app-22222222.js');

        self::assertSame($worker, $this->page('/build/assets/app-22222222.js'));
    }

    /** The next page has this; by which worker. */
    private function page(string $asset): string
    {
        $body = $this->server->get('/vite')->body;
        self::assertStringContainsString($asset, $body);
        self::assertMatchesRegularExpression('/ by \d+$/', $body);

        return (string) strrchr($body, ' ');
    }

    private function build(string $name): void
    {
        file_put_contents("$this->public/build/manifest.json", json_encode(['resources/js/app.js' => ['file' => "assets/$name", 'src' => 'resources/js/app.js', 'isEntry' => true]]));
    }
}
