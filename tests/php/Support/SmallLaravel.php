<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use Illuminate\Container\Container;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Bootstrap\RegisterProviders;
use Illuminate\Support\Facades\Facade;
use LaravelBridge\Laravel\ApplicationFactory;
use LaravelBridge\Laravel\BootedApplication;
use RuntimeException;

/**
 * A Laravel application of three files, booted in the test's own process.
 */
final class SmallLaravel
{
    public readonly string $path;

    public readonly ApplicationFactory $factory;

    public readonly BootedApplication $booted;

    public readonly Application $app;

    /** Where the process stood when the application was booted. */
    public readonly string $directory;

    /** @var array<string, mixed> */
    private readonly array $server;

    /**
     * @param  string  $provider  PHP code of the boot method of its provider
     * @param  array<string, string>  $config  PHP code of configuration files by their name
     */
    public function __construct(string $provider = '', array $config = [])
    {
        $this->server = $_SERVER;
        $this->path = self::write($provider, $config);
        $directory = (string) getcwd();
        $this->factory = new ApplicationFactory($this->path);
        $this->booted = $this->factory->boot(static function (string $step): void {
        });
        $this->directory = (string) getcwd();
        chdir($directory);
        $app = Container::getInstance();
        $this->app = $app instanceof Application ? $app : throw new RuntimeException('No application was booted.');
    }

    /**
     * @param  array<string, string>  $config
     */
    public static function write(string $provider = '', array $config = []): string
    {
        $path = sys_get_temp_dir().'/bridge-laravel-'.bin2hex(random_bytes(5));
        foreach (['bootstrap/cache', 'config', 'resources/views', 'routes', 'public', 'vendor', 'storage/framework/views', 'storage/framework/sessions', 'storage/logs'] as $folder) {
            mkdir("{$path}/{$folder}", 0777, true);
        }
        $class = 'Provider'.bin2hex(random_bytes(5));
        $files = [
            'artisan' => '',
            'vendor/autoload.php' => '<?php return require '.var_export(dirname(__DIR__, 3).'/vendor/autoload.php', true).';',
            'routes/web.php' => '<?php',
            'bootstrap/app.php' => "<?php
                if (! class_exists('{$class}', false)) {
                    eval('final class {$class} extends Illuminate\\\\Support\\\\ServiceProvider { public function boot(): void { '.".var_export($provider, true).".' } }');
                }
                return Illuminate\\Foundation\\Application::configure(basePath: dirname(__DIR__))
                    ->withProviders(['{$class}'], false)
                    ->withRouting(web: __DIR__.'/../routes/web.php')
                    ->withMiddleware(fn (\$middleware) => \$middleware->remove(Illuminate\\Http\\Middleware\\HandleCors::class))
                    ->withExceptions()
                    ->create();",
        ];
        $config += [
            'app' => "['key' => 'base64:".base64_encode(str_repeat('k', 32))."', 'locale' => 'en', 'fallback_locale' => 'en', 'debug' => true, 'timezone' => 'UTC']",
            'session' => "['driver' => 'array']",
            'cache' => "['default' => 'array']",
            'logging' => "['default' => 'null', 'channels' => ['null' => ['driver' => 'monolog', 'handler' => Monolog\\Handler\\NullHandler::class]]]",
            'database' => "['default' => 'memory', 'connections' => ['memory' => ['driver' => 'sqlite', 'database' => ':memory:']]]",
        ];
        foreach ($config as $name => $code) {
            $files["config/{$name}.php"] = "<?php return {$code};";
        }
        foreach ($files as $name => $contents) {
            file_put_contents("{$path}/{$name}", $contents);
        }

        return $path;
    }

    /** Leaves PHP as it was, and nothing on the disk. */
    public function stop(): void
    {
        RegisterProviders::flushState();
        restore_error_handler();
        restore_exception_handler();
        error_reporting(E_ALL);
        date_default_timezone_set('UTC');
        Facade::clearResolvedInstances();
        Container::setInstance(null);
        $_SERVER = $this->server;
        self::remove($this->path);
    }

    public static function remove(string $path): void
    {
        exec('rm -rf '.escapeshellarg($path));
    }
}
