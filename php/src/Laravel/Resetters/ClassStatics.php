<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use LaravelBridge\Laravel\Resetter;
use LaravelBridge\Laravel\Scope;
use LaravelBridge\Worker\StaticVariables;
use ReflectionClass;
use ReflectionFunction;
use ReflectionMethod;
use ReflectionProperty;

/**
 * Static properties of all classes, and static variables of all functions, but those of libraries that keep nothing of requests:
 * switches and macros of the framework's, whatever the application's and those of packages gather. What a class holds at the fork comes back; of one that a request loads,
 * what it held when its file had been read. Known caches stay, and what the configuration names (bridge.keep).
 */
final class ClassStatics implements Resetter
{
    /** What they keep is true for every request, or has a resetter of its own. */
    private const OTHERS = [
        'Brick\\', 'Carbon\\', 'Composer\\', 'ComposerAutoloaderInit', 'Cron\\', 'Doctrine\\', 'Dotenv\\', 'Egulias\\', 'LaravelBridge\\', 'League\\',
        'Monolog\\', 'Nette\\', 'PHPUnit\\', 'PhpOption\\', 'Psr\\', 'Ramsey\\', 'Symfony\\', 'voku\\',
    ];

    /** How many of the declared classes were looked at. */
    private int $classes = 0;

    /** @var array<class-string, true> */
    private array $seen = [];

    /** @var array<int, mixed> references to the properties */
    private array $properties = [];

    /** @var array<int, mixed> what they held */
    private array $values = [];

    /** @var list<ReflectionProperty> typed ones without a value */
    private array $empty = [];

    /** @var list<object> what they hold at the fork */
    private array $objects = [];

    private readonly Closure $loader;

    /** @var array<string, true> */
    private static array $loading = [];

    /**
     * @param  Scope  $scope  ignores what is to stay
     */
    public function __construct(private readonly Scope $scope, private readonly StaticVariables $variables)
    {
        $this->lookAtNewClasses();
        foreach (get_defined_functions()['user'] as $name) {
            if (self::holdsSomething($name)) {
                $this->lookAtFunction(new ReflectionFunction($name), $name);
            }
        }
        array_walk_recursive($this->values, function (mixed $value): void {
            if (is_object($value)) {
                $this->objects[] = $value;
            }
        });
        $this->loader = $this->load(...);
    }

    /** What is loaded from here on is seen while it comes. Not before the fork: who serves one request only has no need of it. */
    public function watch(): void
    {
        spl_autoload_register($this->loader, true, true);
    }

    /**
     * What the static properties hold at the fork: the way in to objects that no container knows.
     *
     * @return list<object>
     */
    public function objects(): array
    {
        return $this->objects;
    }

    public function reset(): void
    {
        // Some hundred values, compared by the engine and not by a loop.
        if ($this->properties !== $this->values) {
            foreach ($this->values as $i => $value) {
                if ($this->properties[$i] !== $value) {
                    $this->properties[$i] = $value;
                }
            }
        }
        foreach ($this->empty as $property) {
            if ($property->isInitialized()) {
                $this->variables->erase($property->class, $property->name);
            }
        }
        $this->variables->reset();
    }

    /** Asks the other autoloaders, in their order, so as to see the class before anybody uses it. */
    private function load(string $class): void
    {
        if (isset(self::$loading[$class])) {
            // Where two applications are in one process, each has one of us.
            return;
        }
        self::$loading[$class] = true;
        try {
            $this->loadByOthers($class);
        } finally {
            unset(self::$loading[$class]);
        }
    }

    private function loadByOthers(string $class): void
    {
        foreach (spl_autoload_functions() as $loader) {
            if ($loader !== $this->loader) {
                $loader($class);
                if (class_exists($class, false) || interface_exists($class, false) || trait_exists($class, false)) {
                    // One that had to wait for its parent does not stand at the end of the list.
                    $this->lookAt($class);
                    $this->lookAtNewClasses();

                    return;
                }
            }
        }
    }

    private function lookAtNewClasses(): void
    {
        $declared = get_declared_classes();
        for ($count = count($declared); $this->classes < $count; $this->classes++) {
            $this->lookAt($declared[$this->classes]);
        }
    }

    private function lookAt(string $name): void
    {
        if (! self::holdsSomething($name) || ! class_exists($name, false)) {
            return;
        }
        $class = new ReflectionClass($name);
        $name = $class->getName();
        if (isset($this->seen[$name]) || $class->isInternal() || $this->scope->ignores($name)) {
            return;
        }
        $this->seen[$name] = true;
        $this->lookAtProperties($class);
        foreach ($class->getMethods() as $method) {
            if ($method->class === $name) {
                $this->lookAtFunction($method, "{$name}::{$method->name}");
            }
        }
    }

    private function lookAtFunction(ReflectionFunction|ReflectionMethod $function, string $name): void
    {
        $variables = $function->getStaticVariables();
        foreach ($variables as $variable => $_) {
            if ($this->scope->ignores("{$name}()::\${$variable}")) {
                return;
            }
        }
        if ($variables !== []) {
            $this->variables->remember($function);
        }
    }

    /** Names of functions come in lower case. */
    private static function holdsSomething(string $name): bool
    {
        foreach (self::OTHERS as $prefix) {
            if (strncasecmp($name, $prefix, strlen($prefix)) === 0) {
                return false;
            }
        }

        return true;
    }

    /**
     * @param  ReflectionClass<object>  $class
     */
    private function lookAtProperties(ReflectionClass $class): void
    {
        $reference = null;
        foreach ($class->getProperties(ReflectionProperty::IS_STATIC) as $property) {
            // An inherited one is one variable with its parent's.
            if ($property->class !== $class->getName() || $this->scope->ignores("{$property->class}::\${$property->name}")) {
                continue;
            }
            if ($property->isInitialized()) {
                $reference ??= Closure::bind(static function &(string $name): mixed {
                    return self::${$name};
                }, null, $class->getName());
                $this->properties[] = &$reference($property->name);
                $this->values[] = $property->getValue();
            } else {
                $this->empty[] = $property;
            }
        }
    }
}
