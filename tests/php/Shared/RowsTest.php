<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Shared;

use LaravelBridge\Exceptions\SharedMemoryFailed;
use LaravelBridge\Shared\Column;
use LaravelBridge\Shared\Memory;
use LaravelBridge\Shared\Regions;
use LaravelBridge\Shared\Rows;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * Rows in memory that processes share: whole for everybody, whoever is killed.
 */
final class RowsTest extends TestCase
{
    private Memory $memory;

    protected function setUp(): void
    {
        $this->memory = Memory::temporary();
    }

    #[Test]
    public function a_row_has_what_was_set_last_and_nothing_where_nothing_was_set(): void
    {
        $rows = $this->rows();
        self::assertNull($rows->get('a'));
        self::assertTrue($rows->set('a', ['text' => 'one', 'count' => -5]));
        self::assertSame(['text' => 'one', 'count' => -5, 'share' => 0.0], $rows->get('a'));
        $rows->set('a', ['share' => 0.1, 'text' => 'a longer one']);
        self::assertSame(['text' => 'a longer one', 'count' => -5, 'share' => 0.1], $rows->get('a'));
        $rows->set('a', ['text' => '']);
        self::assertSame(['text' => '', 'count' => -5, 'share' => 0.1], $rows->get('a'));
        self::assertTrue($rows->has('a'));
        self::assertTrue($rows->delete('a'));
        self::assertFalse($rows->delete('a'));
        self::assertFalse($rows->has('a'));
    }

    #[Test]
    public function keys_and_texts_are_bytes(): void
    {
        $rows = $this->rows();
        $key = implode('', array_map(chr(...), range(0, Rows::LONGEST_KEY - 1)));
        foreach (['', "\0", $key, 'ключ'] as $i => $one) {
            $rows->set($one, ['text' => strrev($one), 'count' => PHP_INT_MAX - $i]);
        }
        foreach (['', "\0", $key, 'ключ'] as $i => $one) {
            self::assertSame(['text' => strrev($one), 'count' => PHP_INT_MAX - $i, 'share' => 0.0], $rows->get($one));
        }
    }

    #[Test]
    public function it_holds_exactly_as_many_rows_as_it_was_made_for_and_takes_up_what_was_freed(): void
    {
        $rows = $this->rows(100);
        for ($i = 0; $i < 100; $i++) {
            self::assertTrue($rows->set("key {$i}", ['count' => $i]));
        }
        self::assertFalse($rows->set('one more', []));
        self::assertNull($rows->add('one more', 'count', 1));
        self::assertTrue($rows->set('key 7', ['count' => 700]), 'Those that are there can be changed.');
        foreach ([3, 50, 99] as $i) {
            $rows->delete("key {$i}");
        }
        self::assertSame(97, $rows->count());
        foreach (['x', 'y', 'z'] as $key) {
            self::assertTrue($rows->set($key, ['text' => $key]));
        }
        self::assertFalse($rows->set('one more', []));
        self::assertSame(100, count($this->all($rows)));
        self::assertSame(700, $rows->get('key 7')['count'] ?? null);
    }

    #[Test]
    public function going_through_it_meets_each_row_once_though_rows_go_meanwhile(): void
    {
        $rows = $this->rows();
        for ($i = 0; $i < 20; $i++) {
            $rows->set((string) $i, ['count' => $i]);
        }
        $met = [];
        for ($row = $rows->from(0); $row !== null; $row = $rows->from($row[0] + 1)) {
            $met[] = $row[1];
            $rows->delete($row[1]);
        }
        self::assertSame(array_map(strval(...), range(0, 19)), $met);
        self::assertSame(0, $rows->count());
    }

    #[Test]
    public function a_row_longer_than_a_page_comes_back_whole(): void
    {
        $columns = ['text' => Column::string(100_000)];
        $rows = Rows::in($this->memory, 'large', $columns, 4);
        foreach ([100_000, 5_000, 99_999, 0] as $length) {
            $text = $length === 0 ? '' : random_bytes($length);
            $rows->set('a', ['text' => $text]);
            self::assertTrue($rows->get('a') === ['text' => $text]);
        }
    }

    #[Test]
    public function a_row_that_the_journal_could_not_hold_is_refused_at_once(): void
    {
        $this->expectException(SharedMemoryFailed::class);
        Rows::size(['text' => Column::string(Memory::LARGEST)], 1);
    }

    #[Test]
    public function the_same_name_and_size_is_the_same_region_and_others_begin_empty(): void
    {
        $this->rows()->set('a', ['count' => 1]);

        self::assertSame(1, $this->rows()->get('a')['count'] ?? null);
        self::assertNull($this->rows(64, 'another')->get('a'));
        self::assertNull($this->rows(128)->get('a'));
    }

    #[Test]
    public function processes_count_together_and_none_is_lost(): void
    {
        $rows = $this->rows();
        $children = [];
        for ($child = 0; $child < 4; $child++) {
            $children[] = self::fork(static function () use ($rows, $child): void {
                for ($i = 0; $i < 500; $i++) {
                    $rows->add('all', 'count', 1);
                    $rows->add("child {$child}", 'share', 0.5);
                }
            });
        }
        foreach ($children as $pid) {
            pcntl_waitpid($pid, $status);
        }
        self::assertSame(2000, $rows->get('all')['count'] ?? null);
        self::assertSame([250.0, 250.0, 250.0, 250.0], array_map(static fn (int $child): mixed => $rows->get("child {$child}")['share'] ?? null, range(0, 3)));
        self::assertSame(5, $rows->count());
    }

    #[Test]
    public function whoever_is_killed_leaves_rows_that_are_whole(): void
    {
        $rows = $this->rows(64);
        for ($turn = 0; $turn < 60; $turn++) {
            $ready = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
            self::assertNotFalse($ready);
            $pid = self::fork(static function () use ($rows, $ready): void {
                fwrite($ready[1], '!');
                for ($i = 0; ; $i++) {
                    $key = 'key '.random_int(0, 99);
                    $text = str_repeat($key[4], random_int(1, 5000));
                    random_int(0, 3) === 0 ? $rows->delete($key) : $rows->set($key, ['text' => $text, 'count' => strlen($text)]);
                }
            });
            fread($ready[0], 1);
            usleep(random_int(0, 3000));
            posix_kill($pid, SIGKILL);
            pcntl_waitpid($pid, $status);
            $this->assertWhole($rows);
        }
        self::assertGreaterThan(0, $rows->count(), 'Something was written at all.');
    }

    #[Test]
    public function what_was_put_down_and_not_carried_out_is_carried_out_by_the_next_one(): void
    {
        $rows = $this->rows();
        $rows->set('before', ['count' => 1]);
        $region = $this->rows(64, 'another');
        $at = (new Regions($this->memory))->of('another', Rows::size($region->columns, 64));
        // As commit() leaves it where the process ends after the journal's length was written.
        $path = (fn (): string => $this->path)->call($this->memory);
        $journal = pack('PP', $at, 8).pack('P', 4711).pack('PP', $at + 8, 3).'abc';
        $file = fopen($path, 'r+b');
        self::assertNotFalse($file);
        fseek($file, 4096);
        fwrite($file, $journal);
        fseek($file, 0);
        fwrite($file, pack('P', strlen($journal)));
        fclose($file);

        self::assertSame(1, $rows->get('before')['count'] ?? null, 'A reader finds it, too.');
        $this->memory->begin(false);
        self::assertSame([4711, 'abc', 0], [$this->memory->number($at), $this->memory->read($at + 8, 3), $this->memory->number(0)]);
        $this->memory->end();
    }

    #[Test]
    public function where_there_is_no_memory_left_what_is_there_stays_usable(): void
    {
        $path = sys_get_temp_dir().'/bridge-memory-'.bin2hex(random_bytes(5));
        $script = 'require '.var_export(dirname(__DIR__, 3).'/vendor/autoload.php', true).';
            use LaravelBridge\Shared\{Column, Memory, Rows};
            use LaravelBridge\Exceptions\SharedMemoryFailed;
            $memory = new Memory('.var_export($path, true).', getmypid());
            $rows = Rows::in($memory, "t", ["text" => Column::string(20000)], 1000);
            for ($i = 0; $i < 1000; $i++) {
                try {
                    $rows->set("key {$i}", ["text" => "short"]);
                } catch (SharedMemoryFailed $e) {
                    $failed = $e->getMessage();
                    break;
                }
            }
            $grew = 0;
            for ($k = 0; $k < $i; $k++) {
                try {
                    $rows->set("key {$k}", ["text" => str_repeat("x", 20000)]);
                    $grew++;
                } catch (SharedMemoryFailed) {
                }
            }
            $whole = 0;
            for ($k = 0; $k < $i; $k++) {
                $whole += in_array($rows->get("key {$k}"), [["text" => "short"], ["text" => str_repeat("x", 20000)]], true) ? 1 : 0;
            }
            $deleted = $rows->delete("key 0") && $rows->set("another", ["text" => "in its place"]);
            echo json_encode([$failed ?? null, $i, $grew, $whole, $rows->count(), $deleted]);';
        // A file that may not grow beyond some rows stands for a file system that is full.
        $blocks = intdiv(Memory::START, 512) + 800;
        $output = (string) shell_exec("trap '' XFSZ; ulimit -f {$blocks}; exec ".escapeshellarg(PHP_BINARY).' -r '.escapeshellarg($script).' 2>&1');
        $said = json_decode($output, true);
        self::assertIsArray($said, $output);
        [$failed, $made, $grew, $whole, $count, $deleted] = $said;

        self::assertStringContainsString('the system has none left', $failed);
        self::assertGreaterThan(5, $made);
        self::assertGreaterThan(5, $grew, 'There is room in most of the slots,');
        self::assertLessThan($made, $grew, 'and none at the end.');
        self::assertSame([$made, $made, true], [$whole, $count, $deleted]);
    }

    #[Test]
    public function a_folder_that_is_gone_is_named(): void
    {
        $this->expectException(SharedMemoryFailed::class);
        $this->expectExceptionMessage('/nowhere/memory');
        (new Memory('/nowhere/memory'))->begin(false);
    }

    #[Test]
    public function nobody_else_can_open_the_file_and_it_goes_with_its_owner(): void
    {
        $path = sys_get_temp_dir().'/bridge-memory-'.bin2hex(random_bytes(5));
        $memory = new Memory($path, (int) getmypid());
        $memory->begin(true);
        $memory->end();
        self::assertSame(0600, fileperms($path) & 0777);
        unset($memory);
        clearstatcache();
        self::assertFileDoesNotExist($path);
    }

    private function rows(int $most = 64, string $name = 'table'): Rows
    {
        $columns = ['text' => Column::string(5000), 'count' => Column::int(), 'share' => Column::float()];

        return Rows::in($this->memory, $name, $columns, $most);
    }

    /**
     * @return array<string, array<string, int|float|string>>
     */
    private function all(Rows $rows): array
    {
        $all = [];
        for ($row = $rows->from(0); $row !== null; $row = $rows->from($row[0] + 1)) {
            $all[$row[1]] = $row[2];
        }

        return $all;
    }

    private function assertWhole(Rows $rows): void
    {
        $all = $this->all($rows);
        self::assertCount($rows->count(), $all);
        foreach ($all as $key => $row) {
            self::assertSame($row, $rows->get($key), 'It is found by its key.');
            self::assertTrue($row['text'] === str_repeat($key[4], (int) $row['count']), 'Its columns are of one time.');
        }
        for ($i = count($all); $i < 64; $i++) {
            self::assertTrue($rows->set("filler {$i}", []), 'No slot is lost.');
        }
        for ($i = count($all); $i < 64; $i++) {
            $rows->delete("filler {$i}");
        }
    }

    private static function fork(callable $work): int
    {
        $pid = pcntl_fork();
        if ($pid === 0) {
            $work();
            posix_kill((int) getmypid(), SIGKILL);
        }

        return $pid;
    }
}
