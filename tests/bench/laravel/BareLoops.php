<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use RuntimeException;

/** The limit: two processes that call the kernel again and again, with no server and no sandbox between. */
final class BareLoops extends Contestant
{
    private const LOOPS = 2;

    /** The opcode cache as a resident process has it. */
    private const PHP = [PHP_BINARY, '-d', 'opcache.enable_cli=1', '-d', 'opcache.file_update_protection=0', '-d', 'memory_limit=512M'];

    /** @var list<resource> */
    private array $loops = [];

    public function __construct(Application $application)
    {
        parent::__construct('bare', $application);
    }

    public function start(): void
    {
    }

    public function measure(Scenario $scenario, int $connections, int $seconds): Measurement
    {
        $outputs = [];
        for ($loop = 0; $loop < self::LOOPS; $loop++) {
            $process = proc_open(
                [...self::PHP, __DIR__.'/bare_kernel.php', $this->application->path, $scenario->name, (string) $seconds],
                [['file', '/dev/null', 'r'], ['pipe', 'w']],
                $pipes,
            );
            if ($process === false) {
                throw new RuntimeException('The loop could not be started');
            }
            $this->loops[] = $process;
            $outputs[] = $pipes[1];
        }

        $rate = $cpu = 0.0;
        foreach ($outputs as $output) {
            $result = json_decode((string) stream_get_contents($output), true, 512, JSON_THROW_ON_ERROR);
            $rate += $result['requests'] / $result['seconds'];
            $cpu += $result['cpu'] / $result['requests'] / self::LOOPS;
        }
        foreach ($this->loops as $process) {
            proc_close($process);
        }
        $this->loops = [];

        return new Measurement($scenario->name, $this->name, 0, $rate, null, null, $cpu * 1e6, null, 0);
    }

    public function stop(): void
    {
        foreach ($this->loops as $process) {
            proc_terminate($process, SIGKILL);
        }
    }
}
