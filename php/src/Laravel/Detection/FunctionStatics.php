<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use LaravelBridge\Laravel\Scope;
use ReflectionClass;
use ReflectionFunction;
use ReflectionFunctionAbstract;
use ReflectionMethod;

/**
 * "static $x" inside of functions and methods. What one holds before its first call is known only of those that were
 * there at the start: of others, what it holds after the first request.
 */
final class FunctionStatics implements Watch
{
    private const ADVICE = 'A static variable of a function outlives a request; this server puts it back, others do not. Use once() or a scoped '
        .'binding; name it in bridge.detect.ignore where it is a cache that is true for everybody.';

    private int $classes = 0;

    private int $functions = 0;

    /** @var list<array{ReflectionFunctionAbstract, string, string|null, array<string, mixed>}> function, name, owner, variables */
    private array $known = [];

    public function __construct(private readonly Scope $scope)
    {
        $this->learn();
    }

    public function changes(): iterable
    {
        foreach ($this->known as [$function, $name, $owner, $before]) {
            $now = $function->getStaticVariables();
            if ($now === $before) {
                continue;
            }
            foreach ($now as $variable => $value) {
                if ($value !== ($before[$variable] ?? null) && ! $this->scope->ignores("{$name}()::\${$variable}")) {
                    yield new Change("{$name}()::\${$variable}", $owner, $before[$variable] ?? null, $value, self::ADVICE);
                }
            }
        }
        $this->learn();
    }

    private function learn(): void
    {
        $declared = get_declared_classes();
        for ($count = count($declared); $this->classes < $count; $this->classes++) {
            $class = new ReflectionClass($declared[$this->classes]);
            if (! $class->isUserDefined() || ! $this->scope->covers($class->getName()) || $this->scope->isFramework($class->getName())) {
                continue;
            }
            foreach ($class->getMethods() as $method) {
                if ($method->getDeclaringClass()->getName() === $class->getName()) {
                    $this->add($method, "{$class->getName()}::{$method->getName()}", $class->getName());
                }
            }
        }
        $functions = get_defined_functions()['user'];
        for ($count = count($functions); $this->functions < $count; $this->functions++) {
            $function = new ReflectionFunction($functions[$this->functions]);
            $this->add($function, $function->getName(), null);
        }
    }

    private function add(ReflectionFunction|ReflectionMethod $function, string $name, ?string $owner): void
    {
        $variables = $function->getStaticVariables();
        if ($variables !== []) {
            $this->known[] = [$function, $name, $owner, $variables];
        }
    }
}
