<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use LaravelBridge\Exceptions\BadSetting;
use LaravelBridge\Laravel\ApplicationFactory;
use LaravelBridge\Laravel\Detection\Mode;
use LaravelBridge\Laravel\Rehearsal;
use LaravelBridge\Shared\Memory as SharedMemory;
use LaravelBridge\Wire\ControlChannel;

/**
 * Wires the handler together: environment in, exit code out.
 */
final class Main
{
    /**
     * In a resident process the cache's clock stands still at the start; with these a changed file is seen all the same.
     */
    public const PHP_OPTIONS = [
        'display_errors' => 'stderr',
        'opcache.enable_cli' => '1',
        'opcache.validate_timestamps' => '1',
        'opcache.revalidate_freq' => '0',
        'opcache.file_update_protection' => '0',
    ];

    private const MEMORY_LIMIT = '128M';

    private const REEXECUTED = 'BRIDGE_REEXECUTED';

    /** As in sysexits.h, and as the runtime does. */
    private const EX_CONFIG = 78;

    /**
     * @param  list<string>  $arguments
     * @param  Bootloader|null  $bootloader  by default the one for the Laravel application of the settings
     */
    public static function run(array $arguments, ?Bootloader $bootloader = null): int
    {
        self::ensureOptions($arguments);
        register_shutdown_function(Worker::ending(...));
        try {
            $settings = Settings::from(getenv(), $arguments);
        } catch (BadSetting $e) {
            fwrite(STDERR, "handler: {$e->getMessage()}\n");

            return self::EX_CONFIG;
        }
        foreach (['BRIDGE_CONTROL_FD', 'BRIDGE_GENERATION', 'BRIDGE_BESIDE', 'BRIDGE_SHARED_MEMORY', self::REEXECUTED] as $name) {
            putenv($name);
            unset($_SERVER[$name], $_ENV[$name]);
        }
        // The CLI knows no limit, where FPM has one.
        $limit = $settings->phpMemoryLimit ?? (ini_get('memory_limit') === '-1' ? self::MEMORY_LIMIT : null);
        if ($limit !== null) {
            ini_set('memory_limit', $limit);
        }
        $native = Native::ofProcess();
        $native->collectHeaders();
        $native->informAsHtml();
        SapiRequest::instance();
        HeadersSent::ofProcess();
        PhpIni::timeLimit();
        require_once dirname(__DIR__).'/Http/request_headers.php';
        if ($native->collectsHeaders() && ! function_exists('fastcgi_finish_request')) {
            require_once __DIR__.'/fastcgi_finish_request.php';
        }
        $control = self::control($settings, $native);

        $memory = $settings->sharedMemory === null ? SharedMemory::temporary() : new SharedMemory($settings->sharedMemory);
        $bootloader ??= $settings->isolation === Isolation::Boot
            ? new Rehearsal($settings->laravelPath, $native, $memory)
            : new ApplicationFactory($settings->laravelPath, $settings->detect ? Mode::Usual : Mode::Off, memory: $memory);

        return (new Handler($settings, $bootloader, $control, $native))->run();
    }

    /**
     * @param  string  $more  further options, as PHP_OPTIONS holds them; they win
     * @param  string  $ini  PHP_INI
     * @return list<string> options for php's command line
     */
    public static function options(string $more = '', string $ini = ''): array
    {
        $options = PhpIni::options($ini);
        foreach (self::PHP_OPTIONS as $name => $value) {
            $options[] = '-d';
            $options[] = "{$name}={$value}";
        }

        return [...$options, ...(preg_split('/\s+/', $more, -1, PREG_SPLIT_NO_EMPTY) ?: [])];
    }

    /**
     * The opcode cache can only be switched on at the start of the process: so start it once more.
     *
     * @param  list<string>  $arguments
     */
    private static function ensureOptions(array $arguments): void
    {
        if (! function_exists('pcntl_exec') || getenv(self::REEXECUTED) !== false || ! extension_loaded('Zend OPcache')
            || ini_get('opcache.enable_cli') === '1') {
            foreach (self::PHP_OPTIONS as $name => $value) {
                @ini_set($name, $value);
            }

            return;
        }
        $script = (string) realpath($_SERVER['SCRIPT_FILENAME']);
        pcntl_exec(PHP_BINARY, [...self::options((string) getenv('PHP_OPTIONS'), (string) getenv('PHP_INI')), $script, ...$arguments], getenv() + [self::REEXECUTED => '1']);
    }

    private static function control(Settings $settings, Native $native): ControlChannel
    {
        $descriptor = $settings->controlDescriptor;
        if ($descriptor === null) {
            return new ControlChannel(null);
        }
        $stream = @fopen("php://fd/{$descriptor}", 'r+b');
        if ($stream === false) {
            fwrite(STDERR, "handler: BRIDGE_CONTROL_FD={$descriptor} is no open descriptor\n");
            exit(self::EX_CONFIG);
        }
        // PHP works on a copy; the original would keep the channel open in every child.
        $native->closeDescriptor($descriptor);
        $native->keepFromChildren($stream);

        return new ControlChannel($stream);
    }
}
