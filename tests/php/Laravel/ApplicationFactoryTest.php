<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use Illuminate\Foundation\Application;
use LaravelBridge\Exceptions\NoApplication;
use LaravelBridge\Laravel\ApplicationFactory;
use LaravelBridge\Tests\Support\Counter;
use LaravelBridge\Tests\Support\SmallLaravel;
use PDO;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

#[BackupGlobals(true)]
final class ApplicationFactoryTest extends TestCase
{
    private ?SmallLaravel $laravel = null;

    protected function tearDown(): void
    {
        $this->laravel?->stop();
        $this->laravel = null;
    }

    #[Test]
    public function it_boots_an_application_that_answers_http(): void
    {
        $app = $this->boot()->app;

        self::assertFalse($app->runningInConsole());
        self::assertTrue($app->isBooted());
        self::assertSame($this->laravel?->path, $this->laravel?->booted->path());
        self::assertSame(Application::VERSION, $this->laravel?->booted->version());
        self::assertSame('http://localhost', $app->make('request')->root());
        self::assertArrayNotHasKey('APP_RUNNING_IN_CONSOLE', $_ENV, 'A child process would inherit it.');
        self::assertFalse(getenv('APP_RUNNING_IN_CONSOLE'));
    }

    #[Test]
    public function relative_paths_begin_where_index_php_lies(): void
    {
        $laravel = $this->boot();

        self::assertSame(realpath("{$laravel->path}/public"), $laravel->directory);
    }

    #[Test]
    public function providers_that_read_the_request_are_named(): void
    {
        $read = fn (string $code): array => array_values(preg_grep('/reads the request/', $this->boot($code)->factory->notes()) ?: []);
        self::assertSame([], $read('$this->app["request"]->fullUrl = 1; fn () => request()->host();'), 'To hold it is not to read it.');

        foreach (['request()->host()' => 'its host', 'request("tenant")' => 'its input', 'request()->header("X-Tenant")' => 'headers X-Tenant', 'url()->current()' => 'its', 'request()->is("admin/*")' => 'its path'] as $code => $what) {
            $this->laravel?->stop();
            $notes = $read("{$code};");
            self::assertCount(1, $notes, $code);
            self::assertStringContainsString("reads the request while it boots ({$what}", $notes[0]);
            self::assertStringContainsString('Provider', $notes[0]);
        }
    }

    #[Test]
    public function services_are_warm_and_deferred_providers_are_loaded(): void
    {
        $app = $this->boot()->app;

        foreach (['auth', 'cache', 'db', 'encrypter', 'router', 'session.store', 'translator', 'validator', 'view'] as $service) {
            self::assertTrue($app->resolved($service), $service);
        }
        self::assertSame([], $app->getDeferredServices());
    }

    #[Test]
    public function the_application_may_name_more_to_warm(): void
    {
        $app = $this->boot('$this->app->singleton(\LaravelBridge\Tests\Support\Counter::class);', ['bridge' => "['warm' => [LaravelBridge\\Tests\\Support\\Counter::class]]"])->app;

        self::assertTrue($app->resolved(Counter::class));
    }

    #[Test]
    public function what_cannot_be_warmed_is_named_and_does_not_stop_the_start(): void
    {
        $laravel = $this->boot('$this->app->bind("encrypter", fn () => throw new \RuntimeException("no key"));');

        self::assertContains('Could not warm "encrypter": no key', $laravel->factory->notes());
    }

    #[Test]
    public function a_persistent_connection_is_refused(): void
    {
        $app = $this->boot('', ['database' => "['default' => 'memory', 'connections' => ['memory' => ['driver' => 'sqlite', 'database' => ':memory:', 'options' => [PDO::ATTR_PERSISTENT => true]]]]"])->app;

        self::assertFalse($app->make('config')->get('database.connections.memory.options.'.PDO::ATTR_PERSISTENT));
    }

    #[Test]
    public function connections_opened_at_boot_are_closed_before_the_fork(): void
    {
        $file = (string) tempnam(sys_get_temp_dir(), 'db');
        $laravel = $this->boot('$this->app["db"]->connection()->getPdo();', ['database' => "['default' => 'file', 'connections' => ['file' => ['driver' => 'sqlite', 'database' => '{$file}']]]"]);

        self::assertNull($laravel->app->make('db')->connection()->getRawPdo());
        self::assertSame([], preg_grep('/database|sqlite|descriptor/', $laravel->factory->notes()));
        unlink($file);
    }

    #[Test]
    public function a_socket_left_open_is_named(): void
    {
        $laravel = $this->boot('$GLOBALS["leftOpen"] = stream_socket_server("tcp://127.0.0.1:0");');
        unset($GLOBALS['leftOpen']);

        self::assertCount(1, preg_grep('/Left open by the application at boot.*a socket/', $laravel->factory->notes()) ?: []);
    }

    #[Test]
    public function a_folder_without_an_application_is_refused_with_the_missing_file(): void
    {
        $this->expectExceptionMessage('artisan is missing');
        $this->expectException(NoApplication::class);
        (new ApplicationFactory(sys_get_temp_dir()))->boot(static function (string $step): void {
        });
    }

    #[Test]
    public function packages_that_are_not_installed_are_missed_by_name(): void
    {
        $path = SmallLaravel::write();
        unlink("{$path}/vendor/autoload.php");
        try {
            (new ApplicationFactory($path))->boot(static function (string $step): void {
            });
            self::fail('Nothing is installed.');
        } catch (NoApplication $e) {
            self::assertStringContainsString('composer install', $e->getMessage());
        } finally {
            SmallLaravel::remove($path);
        }
    }

    /**
     * @param  array<string, string>  $config
     */
    private function boot(string $provider = '', array $config = []): SmallLaravel
    {
        return $this->laravel = new SmallLaravel($provider, $config);
    }
}
