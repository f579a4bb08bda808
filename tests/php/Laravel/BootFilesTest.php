<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use LaravelBridge\Laravel\BootFiles;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class BootFilesTest extends TestCase
{
    private string $folder;

    private string $file;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir().'/boot-files-'.bin2hex(random_bytes(6));
        mkdir($this->folder);
        $this->file = "{$this->folder}/.env";
        file_put_contents($this->file, 'A=1');
        // Long ago, so that each change below has another time.
        touch($this->file, time() - 3600);
        touch($this->folder, time() - 3600);
    }

    protected function tearDown(): void
    {
        @unlink($this->file);
        rmdir($this->folder);
    }

    #[Test]
    public function a_file_that_is_written_meanwhile_is_told_once(): void
    {
        $files = new BootFiles([$this->file]);
        self::assertNull($files->writtenSince(time()));
        $begun = time();
        file_put_contents($this->file, 'A=2');

        self::assertSame("the request has changed {$this->file}", $files->writtenSince($begun));
        self::assertNull($files->writtenSince($begun));
    }

    #[Test]
    public function one_that_somebody_wrote_before_the_request_is_not(): void
    {
        $files = new BootFiles([$this->file]);
        file_put_contents($this->file, 'A=22');
        touch($this->file, time() - 60);

        self::assertNull($files->writtenSince(time()));
    }

    #[Test]
    public function one_that_is_written_twice_within_a_second_is_told_twice(): void
    {
        $files = new BootFiles([$this->file]);
        foreach (['A=2', 'A=3', 'A=4'] as $text) {
            file_put_contents($this->file, $text);
            touch($this->file, $begun = time());

            self::assertNotNull($files->writtenSince($begun), $text);
        }
        touch($this->file, $begun - 60);
        $files->writtenSince($begun);
        self::assertNull($files->writtenSince($begun));
    }

    #[Test]
    public function one_that_only_grows_older_has_not_changed(): void
    {
        touch($this->file, time() - 1);
        $files = new BootFiles([$this->file]);
        while (time() - (int) filemtime($this->file) <= 3) {
            self::assertNull($files->writtenSince(0));
            usleep(50_000);
        }
    }

    #[Test]
    public function one_that_is_new_has_changed(): void
    {
        unlink($this->file);
        $files = new BootFiles([$this->file]);
        $begun = time();
        file_put_contents($this->file, 'A=1');

        self::assertSame("the request has changed {$this->file}", $files->writtenSince($begun));
    }

    #[Test]
    public function one_that_is_gone_has_changed(): void
    {
        $files = new BootFiles([$this->file]);
        $begun = time();
        unlink($this->file);

        self::assertSame("the request has changed {$this->file}", $files->writtenSince($begun));
    }
}
