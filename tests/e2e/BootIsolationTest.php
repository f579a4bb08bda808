<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** WORKER_ISOLATION=boot: the application is booted for each request, as under PHP-FPM. */
final class BootIsolationTest extends TestCase
{
    private string $folder;

    private Release $release;

    private Server $server;

    protected function setUp(): void
    {
        $this->folder = Server::folder();
        $this->release = Release::make("$this->folder/app", 'of ');
        file_put_contents("{$this->release->path}/bootstrap/Tenants.php", <<<'PHP'
            <?php

            namespace App\Providers;

            final class Tenants extends \Illuminate\Support\ServiceProvider
            {
                public static int $booted = 0;

                public function register(): void
                {
                    config(['app.name' => $this->app['request']->query('tenant', 'nobody')]);
                }

                public function boot(): void
                {
                    self::$booted++;
                    $this->app->instance('boot', [
                        'url' => request()->fullUrl(),
                        'host' => $_SERVER['HTTP_HOST'] ?? null,
                        'console' => $this->app->runningInConsole(),
                        'children' => $_ENV['APP_RUNNING_IN_CONSOLE'] ?? null,
                        'folder' => getcwd(),
                    ]);
                }
            }

            final class Parting
            {
                public function __construct(public string $file) {}

                public function __destruct()
                {
                    file_put_contents($this->file, 'destroyed', FILE_APPEND);
                }
            }
            PHP);
        $providers = "{$this->release->path}/bootstrap/providers.php";
        file_put_contents($providers, str_replace('return [', "require_once __DIR__.'/Tenants.php';\n\nreturn [App\\Providers\\Tenants::class,", (string) file_get_contents($providers)));
        $this->release->route(<<<'PHP'
            Route::get('/boot', fn () => ['name' => config('app.name'), 'booted' => App\Providers\Tenants::$booted, 'pid' => getmypid(), ...app('boot')]);
            Route::get('/parting', function () {
                app()->instance('parting', new App\Providers\Parting(request('file')));

                return 'bound';
            });
            Route::get('/later', function () {
                app()->terminating(fn () => file_put_contents(request('file'), 'terminated', FILE_APPEND));

                return 'later';
            });
            Route::get('/leave', function () {
                echo 'printed';
                exit;
            });
            PHP);
        $this->server = Server::start([
            'LARAVEL_PATH' => $this->release->path, 'WORKER_ISOLATION' => 'boot', 'SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '2',
        ], $this->folder);
    }

    protected function tearDown(): void
    {
        $this->server->kill();
        Folders::remove($this->folder);
    }

    public function test_providers_see_the_request_and_nothing_of_another_one(): void
    {
        $pids = [];
        foreach (['red', 'blue', 'green'] as $tenant) {
            $seen = $this->server->get("/boot?tenant=$tenant")->json();
            self::assertSame([$tenant, 1], [$seen['name'], $seen['booted']]);
            self::assertSame("http://{$seen['host']}/boot?tenant=$tenant", $seen['url']);
            self::assertSame([false, null, realpath("{$this->release->path}/public")], [$seen['console'], $seen['children'], realpath($seen['folder'])]);
            $pids[] = $seen['pid'];
        }

        self::assertCount(3, array_unique($pids));
    }

    public function test_changes_of_settings_and_code_are_there_with_the_next_request(): void
    {
        $this->server->get('/boot');
        $file = "{$this->release->path}/.env";
        file_put_contents($file, preg_replace('/^APP_URL=.*$/m', 'APP_URL=https://changed.example', (string) file_get_contents($file)));
        $this->release->route("Route::get('/changed', fn () => config('app.url'));");
        // The opcode cache tells files apart by the second.
        touch("{$this->release->path}/routes/stateless.php", time() + 1);

        self::assertSame('https://changed.example', $this->server->get('/changed')->body);
    }

    public function test_an_application_that_boots_no_more_answers_500_until_it_is_mended(): void
    {
        $file = "{$this->release->path}/bootstrap/app.php";
        $whole = (string) file_get_contents($file);
        $time = time();
        foreach (["<?php\nthrow new RuntimeException('half a release');" => 500, $whole => 200, "<?php\nreturn" => 500, "$whole\n" => 200] as $code => $status) {
            file_put_contents("$file.next", $code);
            // The opcode cache tells files apart by the second.
            touch("$file.next", ++$time);
            rename("$file.next", $file);
            self::assertSame($status, $this->server->get('/boot')->status);
        }

        self::assertStringContainsString('half a release', $this->server->log());
    }

    public function test_the_end_of_a_request_is_the_end_of_a_script(): void
    {
        foreach (['/parting' => 'destroyed', '/later' => 'terminated'] as $path => $said) {
            $file = "$this->folder/said";
            $this->server->get("$path?file=".urlencode($file));
            Processes::await(static fn (): bool => @file_get_contents($file) === $said, "$path says $said");
            unlink($file);
        }
        self::assertSame([200, 'printed'], [$this->server->get('/leave')->status, $this->server->get('/leave')->body]);
    }
}
