<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Worker\PhpIni;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class PhpIniTest extends TestCase
{
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir().'/bridge-php-ini-'.bin2hex(random_bytes(4));
        mkdir("{$this->folder}/cli", 0700, true);
        mkdir("{$this->folder}/fpm");
    }

    protected function tearDown(): void
    {
        @unlink("{$this->folder}/fpm/php.ini");
        rmdir("{$this->folder}/cli");
        rmdir("{$this->folder}/fpm");
        rmdir($this->folder);
    }

    #[Test]
    public function it_is_the_one_of_fpm_where_there_is_one(): void
    {
        $file = $this->fpm("memory_limit = 128M\ndisable_functions =\n");

        self::assertSame(['-c', $file], PhpIni::options('', "{$this->folder}/cli"));
    }

    #[Test]
    public function without_one_php_chooses(): void
    {
        self::assertSame([], PhpIni::options('', "{$this->folder}/cli"));
        $this->fpm('');
        self::assertSame([], PhpIni::options('', "{$this->folder}/elsewhere"), 'the layout is not Debian\'s');
    }

    #[Test]
    public function a_configured_one_wins(): void
    {
        $this->fpm('');

        self::assertSame(['-c', '/srv/php.ini'], PhpIni::options('/srv/php.ini', "{$this->folder}/cli"));
    }

    #[Test]
    public function what_forks_workers_is_not_disabled(): void
    {
        $file = $this->fpm("disable_functions = pcntl_fork,pcntl_wait, exec ,pcntl_signal,\n");

        self::assertSame(['-c', $file, '-d', 'disable_functions=exec'], PhpIni::options('', "{$this->folder}/cli"));
    }

    private function fpm(string $content): string
    {
        $file = "{$this->folder}/fpm/php.ini";
        file_put_contents($file, $content);

        return $file;
    }
}
