<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use LaravelBridge\Laravel\EnvironmentBlock;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * Whatever happens to the environment, it is put back, and once more the next time.
 */
final class EnvironmentBlockTest extends TestCase
{
    /**
     * @return iterable<string, array{list<string>}>
     */
    public static function changes(): iterable
    {
        yield 'nothing' => [[]];
        yield 'a variable more' => [['BRIDGE_TEST_MORE=1']];
        yield 'many more' => [array_map(static fn (int $i): string => "BRIDGE_TEST_{$i}={$i}", range(1, 200))];
        yield 'one gone' => [['BRIDGE_TEST_ONE']];
        yield 'one changed' => [['BRIDGE_TEST_ONE=other']];
        yield 'one changed and one gone' => [['BRIDGE_TEST_ONE=', 'BRIDGE_TEST_TWO']];
        yield 'gone and there again' => [['BRIDGE_TEST_ONE', 'BRIDGE_TEST_ONE=other']];
    }

    /**
     * @param  list<string>  $changes
     */
    #[Test]
    #[DataProvider('changes')]
    public function what_was_there_is_there_again(array $changes): void
    {
        putenv('BRIDGE_TEST_ONE=one');
        putenv('BRIDGE_TEST_TWO=two');
        $before = getenv();
        $block = new EnvironmentBlock;
        for ($round = 0; $round < 3; $round++) {
            foreach ($changes as $change) {
                putenv($change);
            }
            $block->restore();

            self::assertEquals($before, getenv());
        }
        putenv('BRIDGE_TEST_ONE');
        putenv('BRIDGE_TEST_TWO');
    }
}
