<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use LaravelBridge\Worker\Native;

/**
 * Starts other programs. The one place where the commands touch the operating system, so that a test can look on.
 */
class Processes
{
    /**
     * Becomes the program; returns only where that is impossible, after having run it as a child.
     *
     * @param  list<string>  $arguments
     * @param  array<string, string>  $environment
     * @param  list<int>  $keep  descriptors that the program inherits, besides the three standard ones
     * @return int the program's exit code, or 126 when it cannot be started
     */
    public function become(string $program, array $arguments, array $environment, array $keep = []): int
    {
        if (function_exists('pcntl_exec')) {
            $this->closeDescriptors($keep);
            // Blocked signals and handlers of a console application must not be inherited.
            if (function_exists('pcntl_sigprocmask')) {
                pcntl_sigprocmask(SIG_SETMASK, []);
            }
            @pcntl_exec($program, $arguments, $environment);
        }

        return $this->run([$program, ...$arguments], $environment);
    }

    /**
     * Runs a program with our terminal and waits for it.
     *
     * @param  list<string>  $command
     * @param  array<string, string>|null  $environment
     */
    public function run(array $command, ?array $environment = null, ?string $directory = null): int
    {
        $process = @proc_open($command, [STDIN, STDOUT, STDERR], $pipes, $directory, $environment);

        return $process === false ? 126 : proc_close($process);
    }

    /** Where a program of this name is found in PATH. */
    public function find(string $name): ?string
    {
        foreach (explode(PATH_SEPARATOR, (string) getenv('PATH')) as $folder) {
            $file = $folder.'/'.$name;
            if ($folder !== '' && is_file($file) && is_executable($file)) {
                return $file;
            }
        }

        return null;
    }

    /**
     * What the console application has opened would stay open in the program.
     *
     * @param  list<int>  $keep
     */
    private function closeDescriptors(array $keep): void
    {
        $native = new Native;
        foreach (@scandir('/proc/self/fd') ?: [] as $number) {
            if (ctype_digit($number) && (int) $number > 2 && ! in_array((int) $number, $keep, true)) {
                $native->closeDescriptor((int) $number);
            }
        }
    }
}
