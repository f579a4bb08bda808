<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Console;

use LaravelBridge\Console\Processes;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class ProcessesTest extends TestCase
{
    #[Test]
    public function a_process_becomes_another_with_the_environment_given_and_no_descriptor_left(): void
    {
        $script = sprintf(
            '$open = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0); $kept = fopen("/dev/null", "r");'
            .'(new %s)->become("/bin/sh", ["-c", "echo \$ONE \$TWO \$(ls /proc/self/fd | wc -l); exit 3"], ["ONE" => "1"], []);',
            Processes::class,
        );
        putenv('TWO=2');
        $result = $this->php($script);
        putenv('TWO');

        // Standard input, output, error, and the folder that ls itself has opened.
        self::assertSame([3, '1 4'], $result);
    }

    #[Test]
    public function a_descriptor_may_be_kept(): void
    {
        $script = sprintf(
            '$null = fopen("/dev/null", "r"); foreach (scandir("/proc/self/fd") as $n) { if (ctype_digit($n) && @readlink("/proc/self/fd/$n") === "/dev/null" && $n > 2) { $keep = (int) $n; } }'
            .'(new %s)->become("/bin/sh", ["-c", "readlink /proc/self/fd/$keep"], [], [$keep]);',
            Processes::class,
        );

        self::assertSame([0, '/dev/null'], $this->php($script));
    }

    #[Test]
    public function a_program_that_cannot_be_started_is_no_success(): void
    {
        self::assertNotSame(0, $this->php('exit((new '.Processes::class.')->become("/nowhere/program", [], []));')[0]);
    }

    #[Test]
    public function programs_are_found_in_path(): void
    {
        $processes = new Processes;

        self::assertNotNull($processes->find('sh'));
        self::assertNull($processes->find('no-such-program'));
    }

    #[Test]
    public function it_waits_for_a_program(): void
    {
        self::assertSame(4, (new Processes)->run(['/bin/sh', '-c', 'exit 4']));
    }

    /**
     * @return array{int, string}
     */
    private function php(string $code): array
    {
        $autoload = dirname(__DIR__, 3).'/vendor/autoload.php';
        exec(escapeshellarg(PHP_BINARY).' -r '.escapeshellarg("require '{$autoload}'; {$code}").' 2>/dev/null', $lines, $exit);

        return [$exit, implode("\n", $lines)];
    }
}
