<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Tests\Support\Counter;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class ObjectStateTest extends TestCase
{
    #[Test]
    public function all_properties_come_back_also_private_ones_of_parents(): void
    {
        $child = new class extends StateParent
        {
            public string $own = 'own';

            /** @var list<string> */
            protected array $list = ['a'];

            public function spoil(): void
            {
                $this->own = 'spoilt';
                $this->list[] = 'b';
                $this->spoilParent();
            }

            /** @return list<mixed> */
            public function all(): array
            {
                return [$this->own, $this->list, $this->secret()];
            }
        };
        $state = ObjectState::of($child);
        $child->spoil();
        self::assertSame(['spoilt', ['a', 'b'], 'spoilt'], $child->all());
        $state->restore();

        self::assertSame(['own', ['a'], 'secret'], $child->all());
    }

    #[Test]
    public function what_is_excepted_stays(): void
    {
        $counter = new Counter;
        $state = ObjectState::of($counter, ['count']);
        $counter->count = 5;
        $state->restore();

        self::assertSame(5, $counter->count);
    }

    #[Test]
    public function what_is_behind_properties_is_told_also_where_they_are_written_only_once(): void
    {
        $object = new class(new Counter)
        {
            /** @var list<array{Counter}> */
            public array $list;

            public function __construct(public readonly Counter $fixed)
            {
                $this->list = [[new Counter]];
            }
        };

        self::assertSame([$object->list[0][0], $object->fixed], ObjectState::of($object)->objects());
    }

    #[Test]
    public function a_property_that_must_not_be_written_is_passed_over(): void
    {
        $object = new class('x')
        {
            public int $number = 1;

            public int $unset;

            public function __construct(public readonly string $name)
            {
            }
        };
        $state = ObjectState::of($object);
        $object->number = 2;
        $object->unset = 3;
        $state->restore();

        self::assertSame([1, 'x'], [$object->number, $object->name]);
    }

    #[Test]
    public function a_property_that_had_no_value_has_none_again(): void
    {
        $object = new class
        {
            private string $late;

            public function spoil(): void
            {
                $this->late = 'spoilt';
            }

            public function spoilt(): bool
            {
                return isset($this->late);
            }
        };
        $state = ObjectState::of($object);
        $object->spoil();
        self::assertTrue($object->spoilt());
        $state->restore();

        self::assertFalse($object->spoilt());
    }
}
