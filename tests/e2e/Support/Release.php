<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

/** A release of the application in a folder of its own, as a deploy makes it: code of its own, the rest shared. It answers /release with its name. */
final class Release
{
    private const SHARED = ['app', 'vendor', 'database', 'storage', 'stand-ins'];

    private function __construct(public readonly string $path)
    {
    }

    public static function make(string $path, string $name): self
    {
        mkdir($path);
        $from = Server::application();
        foreach (scandir($from) ?: [] as $entry) {
            if (in_array($entry, self::SHARED, true)) {
                symlink("$from/$entry", "$path/$entry");
            } elseif (! in_array($entry, ['.', '..'], true) && ! str_starts_with($entry, '.prepare')) {
                self::copy("$from/$entry", "$path/$entry");
            }
        }
        $release = new self($path);
        $release->answer($name);

        return $release;
    }

    /** From now on its code answers /release so. */
    public function answer(string $name): void
    {
        $this->route("Route::get('/release', fn () => ".var_export($name, true).'.config(\'app.name\'));');
    }

    /** Shares that no more: what is written there is seen by nobody else. */
    public function ownStorage(): void
    {
        unlink("$this->path/storage");
        foreach (['framework/cache/data', 'framework/sessions', 'framework/views', 'logs'] as $folder) {
            mkdir("$this->path/storage/$folder", 0777, true);
        }
    }

    /** Puts this into its routes, in one step. */
    public function route(string $code): void
    {
        $file = "$this->path/routes/stateless.php";
        file_put_contents("$file.next", file_get_contents(Server::application().'/routes/stateless.php')."\n$code\n");
        rename("$file.next", $file);
    }

    /** The link leads here from now on. */
    public function publish(string $link): void
    {
        symlink($this->path, "$link.next");
        rename("$link.next", $link);
    }

    private static function copy(string $from, string $to): void
    {
        if (is_link($from)) {
            symlink((string) readlink($from), $to);
        } elseif (! is_dir($from)) {
            copy($from, $to);
        } else {
            mkdir($to);
            foreach (array_diff(scandir($from) ?: [], ['.', '..']) as $entry) {
                self::copy("$from/$entry", "$to/$entry");
            }
        }
    }
}
