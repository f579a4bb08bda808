<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use ReflectionClass;

/**
 * Whose a class is, and which places nobody wants to hear of.
 */
final class Scope
{
    /** The framework and what it is built on: it keeps caches wherever it can, and what it keeps of requests is put back. */
    private const FRAMEWORK = ['Illuminate\\', 'Symfony\\', 'Monolog\\', 'Psr\\', 'Carbon\\', 'Dotenv\\', 'League\\', 'Brick\\', 'Ramsey\\', 'Doctrine\\', 'Laravel\\SerializableClosure\\'];

    private const NEVER = ['LaravelBridge\\', 'Composer\\', 'ComposerAutoloaderInit', 'PHPUnit\\'];

    /** @var array<string, bool> */
    private array $ofApplication = [];

    /** @var array<string, bool> */
    private array $ignores = [];

    private readonly string $ignored;

    /**
     * @param  string  $vendor  the folder of the packages
     * @param  list<string>  $ignored  places ("App\Basket::$items") or classes, with * for anything
     */
    public function __construct(private readonly string $vendor, array $ignored = [])
    {
        $patterns = array_map(static fn (string $place): string => str_replace('\*', '.*', preg_quote($place, '~')), $ignored);
        $this->ignored = $patterns === [] ? '~(?!)~' : '~^(?:'.implode('|', $patterns).')$~D';
    }

    public function covers(string $class): bool
    {
        return ! self::startsWithOneOf($class, self::NEVER) && ! $this->ignores($class);
    }

    public function isFramework(string $class): bool
    {
        return self::startsWithOneOf($class, self::FRAMEWORK);
    }

    /** Written by those who read the report, and not installed. */
    public function isOfApplication(string $class): bool
    {
        return $this->ofApplication[$class] ??= $this->liesOutsideOfPackages($class);
    }

    public function ignores(string $place): bool
    {
        return $this->ignores[$place] ??= preg_match($this->ignored, $place) === 1;
    }

    private function liesOutsideOfPackages(string $class): bool
    {
        if (! class_exists($class, false) && ! trait_exists($class, false)) {
            return false;
        }
        $file = (new ReflectionClass($class))->getFileName();

        return is_string($file) && ! str_starts_with($file, $this->vendor.'/') && ! $this->isFramework($class);
    }

    /**
     * @param  list<string>  $prefixes
     */
    private static function startsWithOneOf(string $class, array $prefixes): bool
    {
        foreach ($prefixes as $prefix) {
            if (str_starts_with($class, $prefix)) {
                return true;
            }
        }

        return false;
    }
}
