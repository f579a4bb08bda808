<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Concurrency;

use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * A PHP that cannot fork: tasks run one after the other, and it is said once. In a process of its own, for only the start
 * of PHP can take functions away.
 */
final class WithoutForksTest extends TestCase
{
    #[Test]
    public function tasks_run_in_their_order_here_and_fail_as_they_would_beside_each_other(): void
    {
        $said = $this->inProcess('
            $manager = $laravel->app->make(Illuminate\Concurrency\ConcurrencyManager::class);
            $order = [];
            $results = $manager->driver("bridge")->run(["b" => function () use (&$order) { $order[] = "b"; return getmypid(); }, "a" => function () use (&$order) { $order[] = "a"; return getmypid(); }], 0.001);
            $ran = [];
            try {
                $manager->driver("bridge")->run([
                    fn () => throw new DomainException("the first"), function () use (&$ran) { $ran[] = "the second"; }, fn () => throw new LogicException("the third"),
                ]);
            } catch (DomainException $e) {
                $ran[] = $e->getMessage();
            }
            return [$order, array_keys($results), array_unique(array_values($results)) === [getmypid()], $ran];
        ');

        self::assertSame([['b', 'a'], ['b', 'a'], true, ['the second', 'the first']], $said['result']);
        self::assertSame(1, substr_count($said['log'], 'Concurrent tasks run one after the other and without a timeout: ext-pcntl is missing'), $said['log']);
        self::assertStringContainsString('the third', $said['log'], 'Only one can be thrown; the other is reported.');
    }

    #[Test]
    public function octane_is_left_to_what_it_does_without_swoole(): void
    {
        $said = $this->inProcess('return [$laravel->app->bound(Laravel\Octane\Contracts\DispatchesTasks::class), $laravel->app->bound("octane.cacheTable")];', true);

        self::assertSame([false, true], $said['result']);
    }

    /**
     * @param  string  $code  of a function with $laravel
     * @return array{result: mixed, log: string}
     */
    private function inProcess(string $code, bool $octane = false): array
    {
        $script = 'require '.var_export(dirname(__DIR__, 3).'/vendor/autoload.php', true).';'
            .($octane ? 'require '.var_export(dirname(__DIR__, 2).'/app/stand-ins/octane.php', true).';' : '')
            .'$laravel = new '.SmallLaravel::class.'("", ["logging" => "[\'default\' => \'single\', \'channels\' => [\'single\' => [\'driver\' => \'single\', \'path\' => dirname(__DIR__).\'/storage/logs/laravel.log\']]]"]);
              $laravel->app->register(LaravelBridge\BridgeServiceProvider::class);
              $result = (static function () use ($laravel) { '.$code.' })();
              echo json_encode(["result" => $result, "log" => (string) @file_get_contents($laravel->path."/storage/logs/laravel.log")]);
              $laravel->stop();';
        $process = proc_open([PHP_BINARY, '-d', 'disable_functions=pcntl_fork', '-r', $script], [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
        self::assertNotFalse($process);
        $output = (string) stream_get_contents($pipes[1]);
        $errors = (string) stream_get_contents($pipes[2]);
        proc_close($process);
        $said = json_decode($output, true);
        self::assertIsArray($said, $output.$errors);

        return ['result' => $said['result'] ?? null, 'log' => (string) ($said['log'] ?? '')];
    }
}
