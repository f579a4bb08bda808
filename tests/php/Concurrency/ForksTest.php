<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Concurrency;

use DomainException;
use Error;
use LaravelBridge\Concurrency\Forks;
use LaravelBridge\Concurrency\Outcome;
use LaravelBridge\Exceptions\TaskFailed;
use LaravelBridge\Worker\Native;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use RuntimeException;

final class ForksTest extends TestCase
{
    protected function setUp(): void
    {
        if (! Forks::possible()) {
            self::markTestSkipped('Nothing can be forked here.');
        }
    }

    #[Test]
    public function each_task_has_a_process_of_its_own_and_results_come_in_the_order_of_the_tasks(): void
    {
        $here = getmypid();
        $outcomes = $this->outcomes(['late' => static function (): array {
            usleep(20_000);

            return ['late', getmypid()];
        }, 7 => static fn (): array => ['early', getmypid()]]);

        self::assertSame(['late', 7], array_keys($outcomes));
        self::assertSame('late', $outcomes['late']->get()[0]);
        self::assertSame('early', $outcomes[7]->get()[0]);
        self::assertCount(3, array_unique([$here, $outcomes['late']->get()[1], $outcomes[7]->get()[1]]));
    }

    #[Test]
    public function a_result_of_any_size_comes_back(): void
    {
        $text = str_repeat('0123456789abcdef', 1 << 20);
        $outcomes = $this->outcomes([static fn () => $text, static fn () => '', static fn () => null, static fn () => $text]);

        self::assertTrue($outcomes[0]->get() === $text && $outcomes[3]->get() === $text);
        self::assertSame(['', null], [$outcomes[1]->get(), $outcomes[2]->get()]);
    }

    #[Test]
    public function no_more_than_allowed_run_at_once(): void
    {
        $folder = sys_get_temp_dir().'/bridge-forks-'.bin2hex(random_bytes(4));
        mkdir($folder);
        $task = static function () use ($folder): int {
            touch("{$folder}/".getmypid());
            usleep(10_000);
            $running = count(scandir($folder) ?: []) - 2;
            unlink("{$folder}/".getmypid());

            return $running;
        };
        $outcomes = (new Forks(Native::ofProcess(), most: 2))->run(array_fill(0, 7, $task));
        rmdir($folder);

        self::assertCount(7, $outcomes);
        self::assertLessThanOrEqual(2, max(0, ...array_map(static fn (Outcome $outcome): int => $outcome->get(), $outcomes)));
    }

    #[Test]
    public function what_a_task_throws_is_thrown_and_the_others_are_not_disturbed(): void
    {
        $outcomes = $this->outcomes([
            static fn () => throw new DomainException('no', 3, new Error('because')),
            static fn () => 'yes',
        ]);

        self::assertSame('yes', $outcomes[1]->get());
        $this->expectExceptionObject(new DomainException('no', 3));
        $outcomes[0]->get();
    }

    #[Test]
    public function a_task_that_takes_too_long_is_ended(): void
    {
        $outcomes = $this->outcomes(['slow' => static fn () => sleep(600), 'quick' => static fn () => getmypid()], 0.05);

        $failure = $outcomes['slow']->failure();
        self::assertInstanceOf(TaskFailed::class, $failure);
        self::assertStringContainsString('[slow]', $failure->getMessage());
        self::assertStringContainsString('0.05 seconds', $failure->getMessage());
    }

    #[Test]
    public function a_task_that_ends_its_process_says_how(): void
    {
        $outcomes = $this->outcomes([
            'exits' => static fn () => exit(3),
            'dies' => static fn () => posix_kill((int) getmypid(), SIGKILL),
            'keeps' => static fn () => static fn () => 1,
            'starves' => static function (): string {
                ini_set('display_errors', '0');
                ini_set('log_errors', '0');
                ini_set('memory_limit', (string) (memory_get_usage(true) + 1_000_000));

                return str_repeat('x', 100_000_000);
            },
        ]);

        foreach (['exits' => 'exit, die or dd', 'dies' => 'signal 9', 'keeps' => 'Return data', 'starves' => 'Allowed memory size'] as $key => $words) {
            $failure = $outcomes[$key]->failure();
            self::assertInstanceOf(TaskFailed::class, $failure);
            self::assertStringContainsString($words, $failure->getMessage());
            self::assertStringContainsString("[{$key}]", $failure->getMessage());
        }
    }

    #[Test]
    public function nothing_of_the_parents_is_done_a_second_time(): void
    {
        $script = <<<'PHP'
            require $argv[1];
            use LaravelBridge\Concurrency\Forks;
            use LaravelBridge\Worker\Native;
            final class Loud { public function __destruct() { echo "destructor\n"; } }
            $loud = new Loud;
            register_shutdown_function(fn () => print("shutdown\n"));
            pcntl_async_signals(true);
            pcntl_signal(SIGUSR1, fn () => print("signal\n"));
            ob_start();
            echo "buffered\n";
            $outcomes = (new Forks(Native::ofProcess()))->run([
                fn () => 1,
                fn () => exit(1),
                function () { register_shutdown_function(fn () => print("the task's own\n")); ob_start(); echo "printed by a task\n"; return 2; },
                fn () => posix_kill(getmypid(), SIGUSR1),
            ]);
            ob_end_flush();
            echo strrchr(get_class($outcomes[3]->failure()), '\\'), ' ', $outcomes[3]->failure()->getMessage(), "\n";
            PHP;
        $process = proc_open([PHP_BINARY, '-r', $script, '--', dirname(__DIR__, 3).'/vendor/autoload.php'], [1 => ['pipe', 'w']], $pipes);
        self::assertIsResource($process);
        $printed = (string) stream_get_contents($pipes[1]);
        self::assertSame(0, proc_close($process));

        $lines = explode("\n", trim($printed));
        sort($lines);
        self::assertSame(['\TaskFailed The process of the task [3] was ended by signal 10.', 'buffered', 'destructor', 'printed by a task', 'shutdown'], $lines);
    }

    #[Test]
    public function neither_processes_nor_descriptors_are_left(): void
    {
        $this->outcomes([static fn () => 1]);
        $before = scandir('/proc/self/fd');
        $this->outcomes([static fn () => 1, static fn () => throw new RuntimeException, static fn () => sleep(600), static fn () => exit(1)], 0.05);

        self::assertSame(count($before ?: []), count(scandir('/proc/self/fd') ?: []));
        self::assertSame(-1, pcntl_waitpid(-1, $status, WNOHANG), 'There is no child any more, dead or alive.');
    }

    #[Test]
    public function random_numbers_differ(): void
    {
        mt_srand(1);
        $outcomes = $this->outcomes([static fn () => mt_rand(), static fn () => mt_rand()]);

        self::assertNotSame($outcomes[0]->get(), $outcomes[1]->get());
    }

    #[Test]
    public function a_task_may_have_tasks(): void
    {
        $outcomes = $this->outcomes([fn () => array_map(static fn (Outcome $outcome) => $outcome->get(), $this->outcomes(['a' => static fn () => 1, 'b' => static fn () => 2]))]);

        self::assertSame(['a' => 1, 'b' => 2], $outcomes[0]->get());
    }

    /**
     * @param  array<array-key, callable(): mixed>  $tasks
     * @return array<array-key, Outcome>
     */
    private function outcomes(array $tasks, float $timeout = 30.0): array
    {
        return (new Forks(Native::ofProcess()))->run($tasks, $timeout);
    }
}
