<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;
use RuntimeException;

/** --watch: whoever saves a file sees it in the next answer. */
final class WatchTest extends TestCase
{
    private string $folder;

    private Release $release;

    private Server $server;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        $this->release = Release::make("$this->folder/app", 'one ');
        $this->server = Server::launch(['LARAVEL_PATH' => $this->release->path, 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1'], $this->folder, ['--watch'])->awaitListening();
        $this->serves('one ');
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->folder);
    }

    public function test_a_changed_file_is_served_and_named_in_the_log(): void
    {
        $this->release->answer('two ');

        $this->serves('two ');
        self::assertStringContainsString('routes/stateless.php', $this->reloads()[0]);
    }

    public function test_env_and_files_in_new_folders_count(): void
    {
        file_put_contents("{$this->release->path}/.env", preg_replace('/^APP_NAME=.*$/m', 'APP_NAME=Renamed', (string) file_get_contents("{$this->release->path}/.env")));
        $this->serves('one Renamed');

        mkdir("{$this->release->path}/resources/views/new/deep", 0777, true);
        file_put_contents("{$this->release->path}/resources/views/new/deep/page.blade.php", 'first');
        Processes::await(fn (): bool => str_contains(implode("\n", $this->reloads()), 'resources/views/new/deep/page.blade.php'), 'the new file makes a reload');
    }

    public function test_a_mistake_leaves_the_old_code_serving_until_it_is_put_right(): void
    {
        $this->release->route('this is no PHP(');
        Processes::await(fn (): bool => str_contains($this->server->log(), 'the old generation goes on'), 'the reload fails');
        $this->serves('one ');

        $this->release->answer('right ');
        $this->serves('right ');
    }

    public function test_where_no_more_files_can_be_watched_it_looks_for_itself(): void
    {
        // Of a namespace of its own, so that nobody else is short of them.
        $apart = ['unshare', '--user', '--map-root-user', 'sh', '-c', 'echo 3 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh'];
        $allowed = Program::run([...$apart, 'true'], ['PATH' => (string) getenv('PATH')]);
        if ($allowed->code !== 0) {
            self::markTestSkipped("No user namespace can be made here: $allowed->errors");
        }
        $this->server->kill();
        $this->server = Server::launch(
            ['LARAVEL_PATH' => $this->release->path, 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1'], $this->folder, ['--watch'], $apart,
        )->awaitListening();
        $this->serves('one ');
        self::assertStringContainsString('the limit of inotify watches is reached', $this->server->log());
        self::assertStringContainsString('the files are looked at every 1 s', $this->server->log());

        $this->release->answer('two ');

        $this->serves('two ');
        self::assertStringContainsString('routes/stateless.php', $this->reloads()[0]);
    }

    public function test_what_the_application_writes_itself_is_no_change(): void
    {
        self::assertSame(202, $this->server->request('POST', '/api/queue', ['Content-Type' => 'application/json'], '{"value":"x"}')->status);
        touch("{$this->release->path}/storage/logs/watched.log");
        touch("{$this->release->path}/routes/.web.php.swp");

        // This is one, and comes after them.
        $this->release->answer('two ');
        $this->serves('two ');
        self::assertCount(1, $this->reloads());
        self::assertStringContainsString('routes/stateless.php', $this->reloads()[0]);
    }

    /** @param  non-empty-string  $text */
    private function serves(string $text): void
    {
        $body = Processes::await(function () use ($text): ?string {
            try {
                $body = $this->server->get('/release')->body;

                return str_starts_with($body, $text) ? $body : null;
            } catch (RuntimeException) {
                return null;
            }
        }, "it serves $text");
        self::assertStringStartsWith($text, $body);
    }

    /** @return list<string> */
    private function reloads(): array
    {
        return array_values(preg_grep('/\[watch\] .* has changed.*: reload/', explode("\n", $this->server->log())) ?: []);
    }
}
