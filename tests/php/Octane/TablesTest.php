<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Octane;

use ErrorException;
use Illuminate\Support\Facades\Cache;
use InvalidArgumentException;
use Laravel\Octane\Cache\OctaneStore;
use Laravel\Octane\Exceptions\ValueTooLargeForColumnException;
use Laravel\Octane\Facades\Octane;
use LaravelBridge\Octane\CacheTable;
use LaravelBridge\Octane\Table;
use LaravelBridge\Octane\Tables;
use LaravelBridge\Shared\Memory;
use LaravelBridge\Tests\Support\SmallLaravel;
use LengthException;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\PreserveGlobalState;
use PHPUnit\Framework\Attributes\RunTestsInSeparateProcesses;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use Swoole;

/**
 * Octane::table() and Cache::store('octane') as applications use them, in memory of this server's.
 */
#[BackupGlobals(true)]
#[RunTestsInSeparateProcesses]
#[PreserveGlobalState(false)]
final class TablesTest extends TestCase
{
    private SmallLaravel $laravel;

    protected function setUp(): void
    {
        require_once dirname(__DIR__, 2).'/app/stand-ins/octane.php';
        $this->laravel = new SmallLaravel('
            $this->app->register(\Laravel\Octane\OctaneServiceProvider::class);
        ', [
            'octane' => '["tables" => ["example:3" => ["name" => "string:10", "votes" => "int", "share" => "float"], "usual" => ["text" => "string"]], "cache" => ["rows" => 32, "bytes" => 1000]]',
            'cache' => '["default" => "array", "stores" => ["octane" => ["driver" => "octane"]]]',
        ]);
    }

    protected function tearDown(): void
    {
        $this->laravel->stop();
    }

    #[Test]
    public function the_facade_gives_a_table_of_the_type_that_octane_declares(): void
    {
        $table = self::table();

        self::assertInstanceOf(Swoole\Table::class, $table);
        self::assertTrue($table->set('a', ['name' => 'Ann', 'votes' => '7', 'unknown' => 'passed over']));
        self::assertSame(['name' => 'Ann', 'votes' => 7, 'share' => 0.0], $table->get('a'));
        self::assertSame([7, false, false], [$table->get('a', 'votes'), $table->get('a', 'unknown'), $table->get('b')]);
        self::assertSame([true, false, true, false], [$table->exist('a'), $table->exists('b'), $table->del('a'), $table->del('a')]);
        self::assertSame([0, 3], [count($table), $table->getSize()]);
    }

    #[Test]
    public function it_counts_and_makes_the_row_that_is_not_there(): void
    {
        $table = self::table();

        self::assertSame([1, 11, 9], [$table->incr('a', 'votes'), $table->incr('a', 'votes', 10), $table->decr('a', 'votes', 2)]);
        self::assertSame(1.5, $table->incr('a', 'share', 1.5));
        $this->expectException(InvalidArgumentException::class);
        $this->expectExceptionMessage('no column [name] of numbers');
        $table->incr('a', 'name');
    }

    #[Test]
    public function it_is_gone_through_with_foreach(): void
    {
        $table = self::table();
        foreach (['a', 'b', '3'] as $i => $key) {
            $table->set($key, ['votes' => $i]);
        }
        $found = [];
        foreach ($table as $key => $row) {
            $found[] = [$key, $row['votes']];
        }

        self::assertSame([['a', 0], ['b', 1], ['3', 2]], $found);
    }

    #[Test]
    public function what_does_not_fit_is_an_error_that_says_so(): void
    {
        $table = self::table();
        $table->set('a', ['name' => '0123456789']);
        foreach ([
            [static fn () => $table->set('a', ['name' => '0123456789A']), ValueTooLargeForColumnException::class, 'Value [0123456789A...] is too large for [name] column: it has 11 bytes, and 10 fit.'],
            [static fn () => $table->set(str_repeat('k', 256), []), LengthException::class, 'has 256 bytes; 255 are possible'],
            [static fn () => Octane::table('missing'), InvalidArgumentException::class, 'There is no table [missing]: octane.tables of the configuration has [example], [usual].'],
        ] as [$act, $class, $message]) {
            try {
                $act();
                self::fail("No {$class}.");
            } catch (ValueTooLargeForColumnException|LengthException|InvalidArgumentException $e) {
                self::assertInstanceOf($class, $e);
                self::assertStringContainsString($message, $e->getMessage());
            }
        }
        self::assertSame('0123456789', $table->get('a', 'name'));
        self::assertFalse($table->get(str_repeat('k', 256)));
    }

    #[Test]
    public function a_row_too_many_is_a_warning_which_laravel_throws(): void
    {
        $table = self::table();
        foreach (['a', 'b', 'c'] as $key) {
            $table->set($key, []);
        }
        $this->expectException(ErrorException::class);
        $this->expectExceptionMessage('The table [example] has no room for one more row: all 3 are taken.');
        $table->set('d', []);
    }

    #[Test]
    public function another_process_sees_the_same_table(): void
    {
        $pid = pcntl_fork();
        if ($pid === 0) {
            self::table()->set('from', ['votes' => getmypid()]);
            Cache::store('octane')->put('from', ['pid' => getmypid()], 60);
            posix_kill((int) getmypid(), SIGKILL);
        }
        pcntl_waitpid($pid, $status);

        self::assertSame($pid, self::table()->get('from', 'votes'));
        self::assertSame(['pid' => $pid], Cache::store('octane')->get('from'));
    }

    #[Test]
    public function the_next_generation_has_the_rows_unless_the_columns_are_others(): void
    {
        $path = $this->laravel->path.'/storage/memory';
        $config = ['tables' => ['t:8' => ['n' => 'int']], 'cache' => []];
        (new Tables(new Memory($path), $config))->get('t')->set('a', ['n' => 1]);

        self::assertSame(1, (new Tables(new Memory($path), $config))->get('t')->get('a', 'n'));
        self::assertFalse((new Tables(new Memory($path), ['tables' => ['t:9' => ['n' => 'int']]]))->get('t')->get('a'));
        self::assertNull((new Tables(new Memory($path), $config))->cache());
    }

    #[Test]
    public function the_store_remembers_until_its_time_and_forgets(): void
    {
        $store = Cache::store('octane');
        $store->put('a', ['x' => 1], 60);
        $store->put('old', 'x', 1);
        self::assertSame(['x' => 1], $store->get('a'));
        self::assertSame([1, 3, 2], [$store->increment('n'), $store->increment('n', 2), $store->decrement('n')]);
        self::assertTrue($store->forget('a'));
        self::assertNull($store->get('a'));
        self::octane()->flush();
        self::assertNull($store->get('n'));
    }

    #[Test]
    public function a_full_store_lets_go_of_what_expires_first_and_never_of_how_an_interval_is_made(): void
    {
        $store = Cache::store('octane');
        self::octane()->interval('fresh', static fn () => 'made', 5);
        for ($i = 0; $i < 100; $i++) {
            self::assertTrue($store->put("key {$i}", $i, 1000 + $i));
        }
        self::assertSame('made', $store->get('fresh'));
        self::assertSame(99, $store->get('key 99'));
        self::assertNull($store->get('key 0'));
        self::assertLessThanOrEqual(32, count($this->cacheTable()));
    }

    #[Test]
    public function what_has_expired_goes_before_what_has_not(): void
    {
        $table = $this->cacheTable();
        for ($i = 0; $i < 32; $i++) {
            $table->set("key {$i}", ['value' => '', 'expiration' => time() + ($i % 2 === 0 ? -10 : 5)]);
        }
        $table->set('one more', ['value' => '', 'expiration' => time() + 1]);

        self::assertSame(17, count($table));
        self::assertTrue($table->exists('key 1'));
    }

    private function cacheTable(): CacheTable
    {
        return $this->laravel->app->make('octane.cacheTable');
    }

    private static function table(): Table
    {
        $table = Octane::table('example');
        self::assertInstanceOf(Table::class, $table);

        return $table;
    }

    private static function octane(): OctaneStore
    {
        $store = Cache::store('octane')->getStore();
        self::assertInstanceOf(OctaneStore::class, $store);

        return $store;
    }

    /**
     * @return iterable<string, array{array<mixed>, string}>
     */
    public static function mistakes(): iterable
    {
        yield 'an unknown type' => [['tables' => ['t' => ['n' => 'integer']]], 'octane.tables [t] [n] is "integer": a column is string:BYTES, int or float.'];
        yield 'no columns' => [['tables' => ['t:5' => []]], 'octane.tables [t] has no columns.'];
        yield 'no number of rows' => [['tables' => ['t:many' => ['n' => 'int']]], 'octane.tables [t:many] says "many" where a number from 1 on belongs.'];
        yield 'an empty text' => [['tables' => ['t' => ['n' => 'string:0']]], 'octane.tables [t] [n] says "0" where a number from 1 on belongs.'];
        yield 'a type that is no text' => [['tables' => ['t' => ['n' => ['int']]]], 'octane.tables [t] [n] is ["int"]'];
    }

    /**
     * @param  array<mixed>  $config
     */
    #[Test]
    #[DataProvider('mistakes')]
    public function a_mistake_in_the_configuration_is_named(array $config, string $message): void
    {
        $this->expectException(InvalidArgumentException::class);
        $this->expectExceptionMessage($message);
        new Tables(Memory::temporary(), $config);
    }
}
