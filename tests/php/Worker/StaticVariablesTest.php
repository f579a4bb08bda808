<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Worker\Memory;
use LaravelBridge\Worker\StaticVariables;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use ReflectionMethod;
use RuntimeException;
use stdClass;

/**
 * What functions remember comes back to what it was, however often.
 */
final class StaticVariablesTest extends TestCase
{
    private StaticVariables $variables;

    protected function setUp(): void
    {
        $this->variables = new StaticVariables;
        if (! $this->variables->available()) {
            self::markTestSkipped('Without FFI, or with an engine that is not known, functions keep what they remember.');
        }
    }

    #[Test]
    public function one_that_was_not_called_begins_anew(): void
    {
        $this->variables->remember(new ReflectionMethod($this, 'neverCalled'));
        for ($request = 0; $request < 5; $request++) {
            self::assertSame([1, 2], [self::neverCalled(), self::neverCalled()]);
            $this->variables->reset();
        }
    }

    #[Test]
    public function one_that_was_called_goes_on_from_where_it_was(): void
    {
        self::called('boot');
        $this->variables->remember(new ReflectionMethod($this, 'called'));
        for ($request = 0; $request < 5; $request++) {
            self::assertSame(['boot', 'request', 'again'], [...self::called('request'), ...array_slice(self::called('again'), 2)]);
            $this->variables->reset();
        }
    }

    #[Test]
    public function what_it_holds_is_let_go(): void
    {
        $this->variables->remember(new ReflectionMethod($this, 'holding'));
        $held = \WeakReference::create(self::holding());
        self::assertNotNull($held->get());
        $this->variables->reset();

        self::assertNull($held->get());
        self::assertInstanceOf(stdClass::class, self::holding());
    }

    #[Test]
    public function a_function_without_any_is_passed_over(): void
    {
        $this->variables->remember(new ReflectionMethod($this, 'setUp'));
        $this->variables->reset();
        $this->expectNotToPerformAssertions();
    }

    #[Test]
    public function an_address_that_is_none_is_an_exception(): void
    {
        $this->expectException(RuntimeException::class);
        (new Memory)->word(8);
    }

    private static function neverCalled(): int
    {
        static $calls = 0;

        return ++$calls;
    }

    /**
     * @return list<string>
     */
    private static function called(string $by): array
    {
        static $all = [];
        $all[] = $by;

        return $all;
    }

    private static function holding(): stdClass
    {
        static $object = null;

        return $object ??= new stdClass;
    }
}
