<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use InvalidArgumentException;
use ReflectionClass;

/**
 * Which method runs which task and hears which event: what the configuration says (`bridge.tunnel`), and the attributes of the classes that it names.
 *
 * @phpstan-type Handler array{class-string, string}
 */
final class Registry
{
    /** @var array<string, Handler> */
    private array $tasks = [];

    /** @var array<string, list<Handler>> */
    private array $listeners = [];

    /** @var Handler|null */
    private ?array $auth = null;

    /**
     * @param  array{tasks?: array<string, mixed>, listeners?: array<string, mixed>, classes?: list<string>, auth?: mixed}  $config
     *
     * @throws InvalidArgumentException what is named is not there, or a task has two methods
     */
    public static function fromConfig(array $config): self
    {
        $registry = new self;
        foreach ($config['tasks'] ?? [] as $id => $handler) {
            $registry->addTask($id, self::handler($handler, "bridge.tunnel.tasks.$id"));
        }
        foreach ($config['listeners'] ?? [] as $id => $handlers) {
            foreach (is_array($handlers) && ! self::isPair($handlers) ? $handlers : [$handlers] as $handler) {
                $registry->listeners[$id][] = self::handler($handler, "bridge.tunnel.listeners.$id");
            }
        }
        foreach ($config['classes'] ?? [] as $class) {
            $registry->addAttributesOf($class);
        }
        if (($config['auth'] ?? null) !== null) {
            $registry->auth = self::handler($config['auth'], 'bridge.tunnel.auth');
        }

        return $registry;
    }

    /** @return Handler|null */
    public function task(string $id): ?array
    {
        return $this->tasks[$id] ?? null;
    }

    /** @return list<Handler> */
    public function listeners(string $id): array
    {
        return $this->listeners[$id] ?? [];
    }

    /** @return Handler|null who says whether a request is allowed */
    public function auth(): ?array
    {
        return $this->auth;
    }

    /** @return list<string> */
    public function taskIds(): array
    {
        return array_keys($this->tasks);
    }

    /** @return list<string> */
    public function eventIds(): array
    {
        return array_keys($this->listeners);
    }

    private function addAttributesOf(string $class): void
    {
        if (! class_exists($class)) {
            throw new InvalidArgumentException("bridge.tunnel.classes: there is no class $class");
        }
        $reflection = new ReflectionClass($class);
        $found = false;
        foreach ([$reflection, ...$reflection->getMethods()] as $place) {
            $method = $place instanceof ReflectionClass ? null : $place->getName();
            foreach ($place->getAttributes(Task::class) as $attribute) {
                $found = true;
                $this->addTask($attribute->newInstance()->id, self::handler($method === null ? $class : [$class, $method], $class));
            }
            foreach ($place->getAttributes(Listener::class) as $attribute) {
                $found = true;
                $this->listeners[$attribute->newInstance()->id][] = self::handler($method === null ? $class : [$class, $method], $class);
            }
        }
        if (! $found) {
            throw new InvalidArgumentException("bridge.tunnel.classes: $class has no method with #[Task] or #[Listener]");
        }
    }

    /** @param  Handler  $handler */
    private function addTask(string $id, array $handler): void
    {
        if (isset($this->tasks[$id]) && $this->tasks[$id] !== $handler) {
            throw new InvalidArgumentException("The task $id has two methods: ".implode('::', $this->tasks[$id]).' and '.implode('::', $handler));
        }
        $this->tasks[$id] = $handler;
    }

    /** @param  array<mixed>  $value */
    private static function isPair(array $value): bool
    {
        return count($value) === 2 && is_string($value[0] ?? null) && is_string($value[1] ?? null) && method_exists($value[0], $value[1]);
    }

    /** @return Handler */
    private static function handler(mixed $value, string $place): array
    {
        if (is_string($value) && str_contains($value, '@')) {
            $value = explode('@', $value, 2);
        }
        if (is_string($value)) {
            $value = [$value, method_exists($value, '__invoke') ? '__invoke' : 'handle'];
        }
        if (! is_array($value) || ! is_string($value[0] ?? null) || ! is_string($value[1] ?? null)) {
            throw new InvalidArgumentException("$place: is neither a class nor a class with a method");
        }
        [$class, $method] = $value;
        if (! class_exists($class) || ! method_exists($class, $method)) {
            throw new InvalidArgumentException("$place: there is no method $class::$method");
        }

        return [$class, $method];
    }
}
