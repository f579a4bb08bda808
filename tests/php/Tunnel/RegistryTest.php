<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Tunnel;

use InvalidArgumentException;
use LaravelBridge\Tunnel\Registry;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use stdClass;

require_once __DIR__.'/tasks.php';

final class RegistryTest extends TestCase
{
    #[Test]
    public function the_configuration_names_classes_methods_and_lists(): void
    {
        $registry = Registry::fromConfig([
            'tasks' => ['a' => [Sums::class, 'add'], 'b' => Sums::class.'@name', 'c' => Validated::class],
            'listeners' => ['e' => Heard::class, 'f' => [Heard::class, [Heard::class, 'change']], 'g' => [Heard::class, 'change']],
        ]);

        self::assertSame([Sums::class, 'add'], $registry->task('a'));
        self::assertSame([Sums::class, 'name'], $registry->task('b'));
        self::assertSame([Validated::class, 'handle'], $registry->task('c'));
        self::assertNull($registry->task('d'));
        self::assertSame([[Heard::class, '__invoke']], $registry->listeners('e'));
        self::assertSame([[Heard::class, '__invoke'], [Heard::class, 'change']], $registry->listeners('f'));
        self::assertSame([[Heard::class, 'change']], $registry->listeners('g'));
    }

    #[Test]
    public function attributes_say_the_same(): void
    {
        $registry = Registry::fromConfig(['classes' => [Sums::class, Validated::class, Heard::class]]);

        self::assertSame(['app.add', 'app.name', 'app.alias', 'app.fail', 'app.resource', 'app.valid'], $registry->taskIds());
        self::assertSame(['app.hear', 'app.change'], $registry->eventIds());
    }

    /** @param  array{tasks?: array<string, mixed>, listeners?: array<string, mixed>, classes?: list<string>}  $config */
    #[Test]
    #[DataProvider('mistakes')]
    public function a_mistake_is_told_with_its_place(array $config, string $message): void
    {
        $this->expectException(InvalidArgumentException::class);
        $this->expectExceptionMessage($message);

        Registry::fromConfig($config);
    }

    /** @return iterable<string, array{array<string, mixed>, string}> */
    public static function mistakes(): iterable
    {
        yield 'no class' => [['tasks' => ['a' => 'App\None']], 'bridge.tunnel.tasks.a: there is no method App\None::handle'];
        yield 'no method' => [['tasks' => ['a' => [Sums::class, 'none']]], '::none'];
        yield 'a number' => [['listeners' => ['e' => 1]], 'bridge.tunnel.listeners.e: is neither a class nor a class with a method'];
        yield 'a class without attributes' => [['classes' => [stdClass::class]], 'stdClass has no method with #[Task] or #[Listener]'];
        yield 'two methods' => [['tasks' => ['app.add' => [Sums::class, 'name']], 'classes' => [Sums::class]], 'The task app.add has two methods'];
    }
}
