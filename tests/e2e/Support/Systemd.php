<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;

/**
 * A real systemd as process 1 of namespaces of its own, for units of a test. Of this machine it sees everything and may write only below one folder; the
 * network is the same, so that what its units serve can be asked from here.
 */
final class Systemd
{
    private const INIT = '/lib/systemd/systemd';

    private const TARGET = 'test.target';

    /** Units want nothing of what boots a machine. */
    private const APART = "[Unit]\nDefaultDependencies=no\n";

    private const BOOT = <<<'SH'
        set -e
        mount --make-rprivate /
        mount --bind "$1" "$1"
        for folder in /tmp /run /var/log /var/cache; do mount -t tmpfs test "$folder"; done
        mkdir -p /run/systemd/system /run/none
        mount --bind /run/none /etc/systemd/system
        mount -o remount,bind,ro /
        cp -r "$2/." /run/systemd/system
        export container=other
        exec "$3" --system --unit="$4" --log-target=null --show-status=no
        SH;

    /** What missing() has found; false: it has not looked yet. */
    private static string|false|null $missing = false;

    /** @param  resource  $process */
    private function __construct(private $process, private readonly int $pid)
    {
    }

    /**
     * Why there can be none here; null: there can. Containers seldom let one be made.
     *
     * @param  string  $folder  as in boot()
     */
    public static function missing(string $folder): ?string
    {
        return self::$missing === false ? self::$missing = self::find($folder) : self::$missing;
    }

    private static function find(string $folder): ?string
    {
        if (posix_geteuid() !== 0) {
            return 'only root may make the namespaces for it';
        }
        foreach ([self::INIT, '/usr/bin/unshare', '/usr/bin/nsenter', '/usr/bin/systemctl'] as $program) {
            if (! is_executable($program)) {
                return "there is no $program";
            }
        }
        mkdir($folder);
        try {
            self::boot($folder, [])->kill();

            return null;
        } catch (RuntimeException $error) {
            return $error->getMessage();
        } finally {
            Folders::remove($folder);
        }
    }

    /**
     * @param  string  $folder  where its units may write; not below /tmp
     * @param  array<string, string>  $units  name of the file => its text
     */
    public static function boot(string $folder, array $units): self
    {
        $system = "$folder/units";
        mkdir($system);
        file_put_contents("$system/".self::TARGET, self::APART);
        file_put_contents("$system/network-online.target", self::APART);
        foreach ($units as $name => $text) {
            file_put_contents("$system/$name", $text);
            mkdir("$system/$name.d");
            file_put_contents("$system/$name.d/apart.conf", self::APART);
        }
        $process = proc_open(
            ['unshare', '--fork', '--pid', '--mount', '--cgroup', '--ipc', '--uts', '--mount-proc', '--kill-child=KILL', '--', '/bin/sh', '-c', self::BOOT, 'sh', $folder, $system, self::INIT, self::TARGET],
            [['file', '/dev/null', 'r'], ['file', "$folder/boot.log", 'a'], ['file', "$folder/boot.log", 'a']],
            $pipes,
        );
        if ($process === false) {
            throw new RuntimeException('unshare could not be started');
        }
        $outside = proc_get_status($process)['pid'];
        try {
            $pid = Processes::await(static fn (): ?int => Processes::children($outside)[0] ?? null, 'there is a process 1', 5);
            $systemd = new self($process, $pid);
            Processes::await(static fn (): bool => in_array(trim($systemd->control('is-system-running')->output), ['running', 'degraded'], true), 'systemd has booted', 10);
        } catch (RuntimeException $error) {
            proc_terminate($process, SIGKILL);
            throw new RuntimeException($error->getMessage().': '.file_get_contents("$folder/boot.log"));
        }

        return $systemd;
    }

    public function control(string ...$arguments): Program
    {
        return Program::run($this->command(...$arguments), ['PATH' => (string) getenv('PATH')]);
    }

    /** @return non-empty-list<string> systemctl with these arguments, for who wants to run it on the side */
    public function command(string ...$arguments): array
    {
        return ['nsenter', "--target=$this->pid", '--mount', '--pid', '--', 'systemctl', '--no-pager', ...array_values($arguments)];
    }

    public function property(string $unit, string $name): string
    {
        return trim($this->control('show', '--value', "--property=$name", $unit)->output);
    }

    /** The main process of a service, by its pid out here. */
    public function mainProcess(string $service): int
    {
        $inside = $this->property($service, 'MainPID');
        foreach (Processes::descendants($this->pid) as $pid) {
            if (preg_match("/^NSpid:\t$pid\t$inside$/m", (string) @file_get_contents("/proc/$pid/status")) === 1) {
                return $pid;
            }
        }

        throw new RuntimeException("$service has no main process");
    }

    /** Ends it at once, with all that it has started. */
    public function kill(): void
    {
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
    }
}
