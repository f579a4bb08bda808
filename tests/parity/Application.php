<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

use RuntimeException;

/** A copy of the demo application as it would run in production. */
final class Application
{
    /** @return string where it is */
    public static function prepare(string $folder, string $version): string
    {
        $path = "$folder/laravel-$version";
        if (! is_dir($folder)) {
            mkdir($folder, recursive: true);
        }
        exec(escapeshellarg(dirname(__DIR__).'/app/prepare')." $version ".escapeshellarg($path).' 2>&1', $output, $code);
        if ($code !== 0) {
            throw new RuntimeException(implode("\n", $output));
        }
        // What only these scenarios need, over the demo application.
        exec('rm -rf '.escapeshellarg("$path/app/Techniques").' && cp -a '.escapeshellarg(__DIR__.'/app/.').' '.escapeshellarg($path), $output, $code);
        if ($code !== 0) {
            throw new RuntimeException("$path cannot be completed");
        }
        $env = (string) file_get_contents("$path/.env");
        foreach (['APP_ENV' => 'production', 'APP_DEBUG' => 'false', 'LOG_LEVEL' => 'error'] as $name => $value) {
            $env = (string) preg_replace("/^$name=.*/m", "$name=$value", $env);
        }
        file_put_contents("$path/.env", $env);
        foreach (['parity.txt', 'PARITY.PNG', 'parity.unknown', 'parity.svg', 'par ity.txt'] as $name) {
            file_put_contents("$path/storage/app/public/$name", "$name\n");
        }
        file_put_contents("$path/public/other.php", '<?php echo "a script";');

        return (string) realpath($path);
    }
}
