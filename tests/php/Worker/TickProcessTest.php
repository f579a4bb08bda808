<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Worker\TickProcess;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class TickProcessTest extends TestCase
{
    #[Test]
    public function there_is_one_at_a_time(): void
    {
        $process = new TickProcess;
        self::assertTrue($process->wanted(0.0));
        $process->begun(7, 0.0);

        self::assertFalse($process->wanted(100.0));
        self::assertSame([true, false, 7], [$process->is(7), $process->is(8), $process->pid()]);
    }

    #[Test]
    public function one_that_has_lived_long_is_replaced_at_once(): void
    {
        $process = new TickProcess;
        $process->begun(7, 0.0);
        $process->ended(10.0);

        self::assertTrue($process->wanted(10.0));
        self::assertNull($process->pid());
    }

    #[Test]
    public function one_that_ends_again_and_again_is_replaced_after_pauses_that_grow_to_a_minute(): void
    {
        $process = new TickProcess;
        $now = 0.0;
        foreach ([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0] as $pause) {
            $process->begun(7, $now);
            $process->ended($now + 0.5);
            self::assertFalse($process->wanted($now + 0.5 + $pause - 0.1));
            $now += 0.5 + $pause;
            self::assertTrue($process->wanted($now));
        }
        $process->begun(7, $now);
        $process->ended($now + 20);
        $process->begun(8, $now + 20);
        $process->ended($now + 21);
        self::assertTrue($process->wanted($now + 22), 'A long life makes up for what was before.');
    }

    #[Test]
    public function where_none_can_be_made_it_is_tried_again_later(): void
    {
        $process = new TickProcess;
        $process->ended(5.0);

        self::assertFalse($process->wanted(5.5));
        self::assertTrue($process->wanted(6.0));
    }
}
