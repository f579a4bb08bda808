<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

use RuntimeException;

/** A copy of the application that can be broken, so that it does not boot, and healed. Its packages are those of the original. */
final class Application
{
    public const CAUSE = 'Broken on purpose.';

    private readonly string $bootstrap;

    private readonly string $healthy;

    private function __construct(public readonly string $folder)
    {
        $this->bootstrap = "$folder/bootstrap/app.php";
        $this->healthy = (string) file_get_contents($this->bootstrap);
    }

    public static function copy(string $original, string $folder): self
    {
        mkdir($folder);
        foreach (array_diff(scandir($original) ?: [], ['.', '..', 'vendor']) as $name) {
            $copy = proc_open(['cp', '-a', "$original/$name", $folder], [], $pipes);
            if ($copy === false || proc_close($copy) !== 0) {
                throw new RuntimeException("Cannot copy $original/$name");
            }
        }
        symlink("$original/vendor", "$folder/vendor");

        return new self($folder);
    }

    public function break(): void
    {
        $this->write("<?php\n\nthrow new RuntimeException('".self::CAUSE."');\n");
    }

    public function heal(): void
    {
        $this->write($this->healthy);
    }

    private function write(string $code): void
    {
        file_put_contents("$this->bootstrap.new", $code);
        rename("$this->bootstrap.new", $this->bootstrap);
    }
}
