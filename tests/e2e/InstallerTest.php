<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** An application that writes its own settings, as installers do: the next request has them, without a reload by hand. */
final class InstallerTest extends TestCase
{
    private string $folder;

    private Release $release;

    private Server $server;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        $this->release = Release::make("$this->folder/app", 'of ');
        $this->release->route(<<<'PHP'
            Route::get('/name', fn () => config('app.name'));
            Route::get('/install/{name}', function (string $name) {
                $file = app()->environmentFilePath();
                file_put_contents($file, preg_replace('/^APP_NAME=.*$/m', "APP_NAME=$name", file_get_contents($file)));

                return redirect('/name');
            });
            Route::get('/cache/{name}', function (string $name) {
                file_put_contents(app()->getCachedConfigPath(), '<?php return '.var_export(array_replace_recursive(config()->all(), ['app' => ['name' => $name]]), true).';');

                return redirect('/name');
            });
            Route::get('/break', fn () => (string) file_put_contents(app()->environmentFilePath(), "APP KEY="));
            Route::get('/clear', function () {
                unlink(app()->getCachedConfigPath());

                return redirect('/name');
            });
            PHP);
        $this->server = Server::start(['LARAVEL_PATH' => $this->release->path, 'SOCKET_POOL_MIN' => '3', 'SOCKET_POOL_MAX' => '3'], $this->folder);
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->folder);
    }

    public function test_the_next_request_has_what_was_written(): void
    {
        foreach (['One', 'Two', 'Three'] as $name) {
            self::assertSame(302, $this->server->get("/install/$name")->status);
            self::assertSame($name, $this->server->get('/name')->body);
        }
        self::assertStringContainsString('the request has changed '.$this->release->path.'/.env', $this->server->log());
    }

    public function test_cached_configuration_counts_when_it_comes_and_when_it_goes(): void
    {
        $before = $this->server->get('/name')->body;
        $this->server->get('/cache/Cached');
        self::assertSame('Cached', $this->server->get('/name')->body);
        $this->server->get('/clear');
        self::assertSame($before, $this->server->get('/name')->body);
    }

    public function test_settings_with_which_it_does_not_boot_leave_the_old_application_serving(): void
    {
        self::assertSame(200, $this->server->get('/break')->status);
        self::assertSame(200, $this->server->get('/name')->status);
        Processes::await(fn (): bool => str_contains($this->server->log(), 'everything stays as it was'), 'the log says why');
    }
}
