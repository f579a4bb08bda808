<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use RuntimeException;

/** A copy of the demo application as it would run in production: no debugging, everything cached. */
final class Application
{
    private function __construct(public readonly string $path)
    {
    }

    public static function prepare(string $folder): self
    {
        $application = new self("$folder/app");
        self::run([dirname(__DIR__, 2).'/app/prepare', '12', $application->path]);

        $settings = ['APP_ENV' => 'production', 'APP_DEBUG' => 'false', 'LOG_LEVEL' => 'error'];
        $env = (string) file_get_contents("$application->path/.env");
        foreach ($settings as $name => $value) {
            $env = (string) preg_replace("/^$name=.*/m", "$name=$value", $env);
        }
        file_put_contents("$application->path/.env", $env);

        file_put_contents("$application->path/public/20k.css", str_repeat(".a{color:#123456}\n", 1205));
        array_map('unlink', glob("$application->path/storage/framework/sessions/*") ?: []);
        foreach (['config', 'route', 'view', 'event'] as $cache) {
            self::run([PHP_BINARY, "$application->path/artisan", "$cache:cache"]);
        }

        return $application;
    }

    /** @param  list<string>  $command */
    private static function run(array $command): void
    {
        exec(implode(' ', array_map('escapeshellarg', $command)).' 2>&1', $output, $code);
        if ($code !== 0) {
            throw new RuntimeException(implode("\n", [implode(' ', $command), ...$output]));
        }
    }
}
