<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Load;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\Systemd;
use PHPUnit\Framework\TestCase;

/** The units that laravel-rust:install writes, under a real systemd. */
final class SystemdTest extends TestCase
{
    private const UNIT = 'bridge-e2e';

    private string $folder;

    private string $address;

    private Release $release;

    private ?Systemd $systemd = null;

    protected function setUp(): void
    {
        // Not in /tmp, of which the service has one of its own.
        $folder = dirname(Server::application()).'/systemd-'.bin2hex(random_bytes(4));
        if (($missing = Systemd::missing("$folder-empty")) !== null) {
            self::markTestSkipped("No systemd can be booted here: $missing");
        }
        mkdir($this->folder = $folder);
        $this->release = Release::make("$this->folder/one", 'one ');
        $this->release->publish("$this->folder/current");
        $this->systemd = Systemd::boot($this->folder, $this->units());
        self::assertSame(0, $this->systemd->control('start', self::UNIT.'.socket')->code);
    }

    protected function tearDown(): void
    {
        $this->systemd?->kill();
        if (isset($this->folder)) {
            Folders::remove($this->folder);
        }
    }

    public function test_it_is_started_reloaded_and_stopped_as_any_service(): void
    {
        $systemd = $this->systemd();
        $start = $systemd->control('start', self::UNIT);
        self::assertSame(0, $start->code, $start->errors);
        self::assertStringStartsWith('one ', $this->get('/release')->body, 'Started is: it answers');
        self::assertStringStartsWith('Serving: ', $systemd->property(self::UNIT, 'StatusText'));
        $server = $systemd->mainProcess(self::UNIT);

        Release::make("$this->folder/two", 'two ')->publish("$this->folder/current");
        $reload = $systemd->control('reload', self::UNIT);
        self::assertSame(0, $reload->code, $reload->errors);
        self::assertStringStartsWith('two ', $this->get('/release')->body);

        $broken = Release::make("$this->folder/three", 'three ');
        $broken->route('this is no PHP(');
        $broken->publish("$this->folder/current");
        self::assertSame(1, $systemd->control('reload', self::UNIT)->code, 'A release that does not boot fails the deploy');
        self::assertSame('active', $systemd->property(self::UNIT, 'ActiveState'));
        self::assertStringStartsWith('two ', $this->get('/release')->body);
        self::assertSame($server, $systemd->mainProcess(self::UNIT));

        self::assertSame(0, $systemd->control('stop', self::UNIT.'.socket', self::UNIT)->code);
        self::assertSame(['success', 'inactive'], [$systemd->property(self::UNIT, 'Result'), $systemd->property(self::UNIT, 'ActiveState')]);
    }

    public function test_a_restart_refuses_nobody_and_loses_no_request(): void
    {
        $systemd = $this->systemd();
        $load = new Load($this->address);
        $load->until(static fn (int $answered): bool => $answered >= 40);
        $before = $systemd->mainProcess(self::UNIT);

        for ($restart = 0; $restart < 2; $restart++) {
            $process = proc_open($systemd->command('restart', self::UNIT), [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
            self::assertNotFalse($process);
            $code = -1;
            $load->while(static function () use ($process, &$code): bool {
                $status = proc_get_status($process);
                $code = $status['exitcode'];

                return $status['running'];
            });
            self::assertSame(0, $code);
            $load->until(static fn (int $answered): bool => $answered >= 40);
        }

        self::assertSame([], $load->finish());
        self::assertNotSame($before, $systemd->mainProcess(self::UNIT));
    }

    public function test_one_that_was_killed_is_started_again_while_its_clients_wait(): void
    {
        $systemd = $this->systemd();
        self::assertSame(0, $systemd->control('start', self::UNIT)->code);
        $server = $systemd->mainProcess(self::UNIT);
        $all = Processes::descendants($server);
        posix_kill($server, SIGKILL);

        self::assertStringStartsWith('one ', $this->get('/release')->body);
        self::assertNotSame($server, $systemd->mainProcess(self::UNIT));
        self::assertSame('1', $systemd->property(self::UNIT, 'NRestarts'));
        Processes::await(static fn (): bool => array_filter($all, Processes::alive(...)) === [], 'nothing of the old one is left');
    }

    public function test_one_that_hangs_is_noticed_by_its_watchdog(): void
    {
        $systemd = $this->systemd();
        file_put_contents("$this->folder/watchdog.conf", "[Service]\nWatchdogSec=1\nTimeoutAbortSec=1\n");
        self::assertSame(0, $this->inside("mkdir -p /run/systemd/system/{$this->service()}.d && cp $this->folder/watchdog.conf /run/systemd/system/{$this->service()}.d && systemctl daemon-reload")->code);
        self::assertSame(0, $systemd->control('start', self::UNIT)->code);
        $server = $systemd->mainProcess(self::UNIT);
        posix_kill($server, SIGSTOP);

        self::assertStringStartsWith('one ', $this->get('/release')->body);
        self::assertNotSame($server, $systemd->mainProcess(self::UNIT));
        self::assertFalse(Processes::alive($server));
    }

    private function get(string $target): Answer
    {
        return (new Connection($this->address))->request('GET', $target, ['Connection' => 'close'])->answer();
    }

    private function service(): string
    {
        return self::UNIT.'.service';
    }

    private function inside(string $script): Program
    {
        $systemctl = $this->systemd()->command();

        return Program::run([...array_slice($systemctl, 0, (int) array_search('systemctl', $systemctl, true)), '/bin/sh', '-c', $script], ['PATH' => (string) getenv('PATH')]);
    }

    /** @return array<string, string> as the command writes them */
    private function units(): array
    {
        $probe = stream_socket_server('tcp://127.0.0.1:0') ?: self::fail('No port');
        $listen = (string) stream_socket_get_name($probe, false);
        fclose($probe);
        $this->address = "tcp://$listen";
        $install = Program::run(
            [PHP_BINARY, "$this->folder/current/artisan", 'laravel-rust:install', '--systemd', '--name='.self::UNIT, "--path=$this->folder/current", '--user=root', "--listen=$listen", "--output=$this->folder/written"],
            ['PATH' => (string) getenv('PATH'), 'BRIDGE_BINARY' => Server::binary()],
        );
        self::assertSame(0, $install->code, $install->output.$install->errors);
        $units = [];
        foreach (["$this->folder/written/".self::UNIT.'.socket', "$this->folder/written/{$this->service()}"] as $file) {
            $units[basename($file)] = (string) file_get_contents($file);
        }

        return $units;
    }

    private function systemd(): Systemd
    {
        return $this->systemd ?? self::fail('systemd runs');
    }
}
