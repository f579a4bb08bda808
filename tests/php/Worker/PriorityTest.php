<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Worker\Priority;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class PriorityTest extends TestCase
{
    /** @return array<string, array{string, int, bool}> what /proc/self/status says of capabilities, the limit, whether there is a way back */
    public static function rights(): array
    {
        return [
            'nobody special' => ['0000000000000000', 0, false],
            'root' => ['000001ffffffffff', 0, true],
            'all but CAP_SYS_NICE' => ['000001ffff7fffff', 0, false],
            'CAP_SYS_NICE alone' => ['0000000000800000', 0, true],
            'a limit up to where most begin' => ['0000000000000000', 20, true],
            'a limit below that' => ['0000000000000000', 10, false],
        ];
    }

    #[Test]
    #[DataProvider('rights')]
    public function it_gives_way_only_where_it_may_come_back(string $capabilities, int $limit, bool $may): void
    {
        if (pcntl_getpriority() !== 0) {
            self::markTestSkipped('The limits here are those of a process of ordinary priority');
        }
        $folder = sys_get_temp_dir().'/priority-'.bin2hex(random_bytes(4));
        mkdir($folder);
        file_put_contents("$folder/status", "Name:\tphp\nCapEff:\t{$capabilities}\nSeccomp:\t0\n");
        file_put_contents("$folder/limits", "Limit                     Soft Limit           Hard Limit           Units\nMax nice priority         {$limit}                    {$limit}\n");

        self::assertSame($may, (new Priority($folder))->mayComeBack());

        array_map(unlink(...), glob("$folder/*") ?: []);
        rmdir($folder);
    }

    #[Test]
    public function it_gives_way_and_comes_back(): void
    {
        $autoload = dirname(__DIR__, 3).'/vendor/autoload.php';
        $code = 'require "'.$autoload.'"; $before = pcntl_getpriority(); $steps = (new LaravelBridge\Worker\Priority)->giveWay(); $between = pcntl_getpriority();'
            .'echo json_encode([$steps, $between - $before, LaravelBridge\Worker\Priority::back($steps), pcntl_getpriority() - $before]);';

        $steps = (new Priority)->mayComeBack() ? 5 : 0;
        self::assertSame(json_encode([$steps, $steps, true, 0]), shell_exec(PHP_BINARY.' -r '.escapeshellarg($code)));
    }
}
