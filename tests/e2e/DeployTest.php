<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Load;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Release;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** A link is switched to the next release, and the server told to reload: Envoyer, Deployer, Forge. */
final class DeployTest extends TestCase
{
    public function test_after_the_reload_the_new_release_alone_answers_and_no_request_was_lost(): void
    {
        $folder = Server::folder();
        $link = "$folder/current";
        Release::make("$folder/one", 'one ')->publish($link);
        $server = Server::start(['LARAVEL_PATH' => $link, 'SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '2', 'BRIDGE_PROCESSES' => 'other: sleep 1000'], $folder);
        try {
            $kept = $server->connect();
            self::assertStringStartsWith('one ', $kept->request('GET', '/release')->answer()->body);
            $load = new Load($server->address(), '/release');
            $load->until(static fn (int $answered): bool => $answered >= 20);

            Release::make("$folder/two", 'two ')->publish($link);
            $log = tmpfile();
            $reload = proc_open([Server::binary(), 'reload', '--wait'], [['file', '/dev/null', 'r'], $log, $log], $pipes, null, ['SOCKET_PATH' => "$folder/bridge.sock"]);
            self::assertNotFalse($reload);
            $code = -1;
            $load->while(static function () use ($reload, &$code): bool {
                $status = proc_get_status($reload);
                $code = $status['exitcode'];

                return $status['running'];
            });
            self::assertSame(0, $code);

            self::assertStringStartsWith('two ', $kept->request('GET', '/release')->answer()->body, 'A connection that was open before');
            for ($request = 0; $request < 10; $request++) {
                self::assertStringStartsWith('two ', $server->get('/release')->body);
            }
            $load->until(static fn (int $answered): bool => $answered >= 20);
            self::assertSame([], $load->finish());
            Processes::await(static fn (): bool => array_filter(
                Processes::descendants($server->pid),
                static fn (int $pid): bool => str_ends_with((string) @readlink("/proc/$pid/cwd"), '/one'),
            ) === [], 'no process of the old release is left');
            self::assertSame(0, Program::run([Server::binary(), 'status'], ['SOCKET_PATH' => "$folder/bridge.sock"])->code);
        } finally {
            $server->kill();
            Folders::remove($folder);
        }
    }
}
