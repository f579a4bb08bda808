<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Console;

use LaravelBridge\Console\InitialEnvironment;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class InitialEnvironmentTest extends TestCase
{
    #[Test]
    public function it_knows_nothing_of_what_was_put_there_since_the_start(): void
    {
        putenv('PUT_BY_DOTENV=1');
        $environment = (new InitialEnvironment)->all();
        putenv('PUT_BY_DOTENV');

        self::assertArrayHasKey('PATH', $environment);
        self::assertArrayNotHasKey('PUT_BY_DOTENV', $environment);
    }

    #[Test]
    public function values_are_exact_and_the_first_of_a_name_counts(): void
    {
        $file = (string) tempnam(sys_get_temp_dir(), 'environ');
        file_put_contents($file, "A=1=2\0B=line\nbreak\0A=3\0EMPTY=\0nonsense\0HTTP_HOST=0.0.0.0\0HTTP_PORT=80\0");
        $environment = new InitialEnvironment($file);

        self::assertSame(['A' => '1=2', 'B' => "line\nbreak", 'EMPTY' => '', 'HTTP_HOST' => '0.0.0.0', 'HTTP_PORT' => '80'], $environment->all());
        self::assertSame(['A' => '1=2', 'B' => "line\nbreak", 'EMPTY' => ''], $environment->forHandler());
        unlink($file);
    }

    #[Test]
    public function where_the_system_does_not_tell_the_environment_of_now_serves(): void
    {
        self::assertSame(getenv(), (new InitialEnvironment('/nowhere'))->all());
    }
}
