<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Process\Process;

/**
 * With PHP's real cache, in a process of its own: a small one is full after some hundred files.
 */
final class OpcodeCacheTest extends TestCase
{
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir().'/opcode-cache-'.bin2hex(random_bytes(6));
        mkdir($this->folder);
        for ($i = 0; $i < 300; $i++) {
            file_put_contents("{$this->folder}/{$i}.php", "<?php return {$i};");
        }
    }

    protected function tearDown(): void
    {
        array_map(unlink(...), glob("{$this->folder}/*") ?: []);
        rmdir($this->folder);
    }

    #[Test]
    public function a_full_one_is_told_once_and_at_a_round_number_of_requests(): void
    {
        $said = $this->measured(<<<'PHP'
            $cache = new LaravelBridge\Worker\OpcodeCache;
            $before = $cache->worn(100);
            fill();
            echo json_encode([$before, $cache->worn(101), $cache->worn(200), $cache->worn(300)]);
            PHP);

        self::assertSame([null, null], array_slice($said, 0, 2));
        self::assertStringStartsWith('the opcode cache is full (opcache.memory_consumption=', $said[2]);
        self::assertNull($said[3]);
    }

    #[Test]
    public function one_that_the_boot_has_filled_is_not_told_for_a_reload_would_fill_it_again(): void
    {
        self::assertSame([null], $this->measured(<<<'PHP'
            fill();
            echo json_encode([(new LaravelBridge\Worker\OpcodeCache)->worn(100)]);
            PHP));
    }

    /**
     * @return array<int, mixed>
     */
    private function measured(string $code): array
    {
        $root = dirname(__DIR__, 3);
        $process = new Process([PHP_BINARY, '-d', 'opcache.enable_cli=1', '-d', 'opcache.max_accelerated_files=200', '-d', 'opcache.file_update_protection=0', '-r', <<<PHP
            require '{$root}/php/src/Worker/OpcodeCache.php';
            function fill(): void
            {
                for (\$i = 0; \$i < 300; \$i++) {
                    require "{$this->folder}/{\$i}.php";
                }
            }
            {$code}
            PHP]);

        /** @var array<int, mixed> */
        return json_decode($process->mustRun()->getOutput(), true, 512, JSON_THROW_ON_ERROR);
    }
}
