<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Lambdas;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** Reload and stop of local processes, and these beside Laravel. */
final class LambdasLifeTest extends TestCase
{
    private const PHP = '<process><id>php</id><executable>php</executable><arg>pipe.php</arg><route>/php/*</route><pipe_name>NAME_php</pipe_name></process>';

    private const NODE = '<process><id>node</id><executable>node</executable><arg>pipe.js</arg><route>/node/*</route><pipe_name>NAME_node</pipe_name></process>';

    private const ADDED = '<process><id>added</id><executable>php</executable><arg>pipe.php</arg><route>/added/*</route><pipe_name>NAME_added</pipe_name></process>';

    private ?Server $server = null;

    protected function tearDown(): void
    {
        if ($this->server !== null) {
            $this->server->stop();
            self::assertSame([], Lambdas::sockets($this->server->folder));
            Folders::remove($this->server->folder);
        }
    }

    public function test_a_reload_reads_the_manifest_again_and_leaves_alone_what_has_not_changed(): void
    {
        $server = $this->start('<manifest>'.self::PHP.self::NODE.'</manifest>');
        $php = $server->get('/php/x')->json()['pid'];
        $node = $server->get('/node/x')->json()['pid'];

        Lambdas::write($server->folder, '<manifest>'.self::PHP.str_replace('<arg>', '<arg>--no-warnings</arg><arg>', self::NODE).self::ADDED.'</manifest>');
        $server->signal(SIGHUP);
        Processes::await(static fn (): bool => $server->get('/added/x')->status === 201, 'the new route is served');

        self::assertSame($php, $server->get('/php/x')->json()['pid']);
        self::assertNotSame($node, $server->get('/node/x')->json()['pid'], 'its arguments have changed');
        Processes::await(static fn (): bool => ! Processes::alive($node), 'the old one has ended');

        file_put_contents("$server->folder/manifest.xml", '<manifest><process/></manifest>');
        $server->signal(SIGHUP);
        Processes::await(static fn (): bool => str_contains($server->log(), '<executable> is missing'), 'the reload is refused');
        self::assertSame($php, $server->get('/php/x')->json()['pid']);

        Lambdas::write($server->folder, '<manifest>'.self::PHP.'</manifest>');
        $server->signal(SIGHUP);
        Processes::await(static fn (): bool => $server->get('/node/x')->status === 404, 'what is not in the file any more is gone');
    }

    public function test_a_stop_lets_requests_end_and_then_the_processes(): void
    {
        $server = $this->start('<manifest>'.str_replace('pipe.php', 'slow.php', self::PHP).'</manifest>');
        file_put_contents("$server->folder/slow.php", <<<'PHP'
            <?php
            $pipe = stream_socket_client('unix://'.getenv('PIPE_ADDRESS'));
            fgets($pipe);
            touch('begun');
            while (! file_exists('go')) {
                usleep(10000);
                clearstatcache();
            }
            fwrite($pipe, '{"body":"ZG9uZQ=="}');
            // It does not want to end.
            pcntl_async_signals(true);
            pcntl_signal(SIGTERM, static fn () => exit(0));
            sleep(1000);
            PHP);
        $connection = $server->connect()->request('GET', '/php/x');
        Processes::await(static fn (): bool => is_file("$server->folder/begun"), 'the process has the request');
        $children = Processes::descendants($server->pid);
        $server->signal(SIGTERM);
        Processes::await(static fn (): bool => str_contains($server->log(), 'stopping'), 'it stops');
        touch("$server->folder/go");

        self::assertSame('done', $connection->answer()->body);
        self::assertSame(0, $server->exitCode());
        self::assertSame([], array_filter($children, Processes::alive(...)));
    }

    public function test_a_process_that_ignores_sigterm_is_killed_when_the_patience_is_over(): void
    {
        $server = $this->start('<manifest><process><id>deaf</id><executable>sh</executable><arg>-c</arg><arg>trap "" TERM; echo deaf now; sleep 1000 &amp; wait; wait</arg><route>/a</route><pipe_name>NAME_deaf</pipe_name></process></manifest>', ['SHUTDOWN_TIMEOUT' => '0.3']);
        Processes::await(static fn (): bool => str_contains($server->log(), 'deaf now'), 'it is deaf');
        $children = Processes::descendants($server->pid);

        self::assertSame(0, $server->stop());
        self::assertSame([], array_filter($children, Processes::alive(...)), 'and its own child');
    }

    public function test_nothing_survives_a_server_that_is_killed_and_the_next_one_finds_its_place(): void
    {
        $server = $this->start('<manifest>'.self::PHP.self::NODE.'</manifest>');
        $server->get('/php/x');
        $children = Processes::descendants($server->pid);
        $server->kill();
        Processes::await(static fn (): bool => array_filter($children, Processes::alive(...)) === [], 'the children end with it');

        $this->server = Server::launch(['BIND_ADDRESS' => '127.0.0.1:0', 'ADMIN_SOCKET' => 'off'], $server->folder, ['lambdas'])->awaitListening();
        self::assertSame(201, $this->server->get('/php/x')->status, 'over the sockets that were left behind; manifest.xml is the default');
    }

    public function test_a_cache_answers_for_a_process_where_it_is_asked_for(): void
    {
        $once = '<process><id>once</id><executable>python3</executable><arg>once.py</arg><route>/once/*</route><pipe_name>NAME_once</pipe_name></process>';
        $server = $this->start("<manifest>$once</manifest>", ['ENABLE_CACHE' => 'true']);
        $first = $server->get('/once/a');

        self::assertSame($first->body, $server->get('/once/a')->body, 'the pid in it would be another one');
        self::assertSame('application/json', $server->get('/once/a')->header('Content-Type'));
        self::assertNotSame($first->json()['pid'], $server->get('/once/a?b')->json()['pid']);
        self::assertNotSame($first->json()['pid'], $server->request('POST', '/once/a')->json()['pid']);
        $admin = new Connection("unix://$server->folder/admin.sock");
        $metrics = $admin->request('GET', '/-/metrics', ['Connection' => 'close'])->answer()->body;
        $admin->close();
        self::assertStringContainsString('bridge_lambdas_cache_total{result="hit"} 2', $metrics);
        self::assertStringContainsString('bridge_lambdas_cache_total{result="miss"} 2', $metrics);
    }

    public function test_processes_stand_beside_laravel(): void
    {
        $folder = Lambdas::prepare('<manifest>'.self::PHP.'</manifest>');
        $this->server = Server::start(['LAMBDAS_MANIFEST' => "$folder/manifest.xml", 'LAMBDAS_MOUNT' => '/local', 'SOCKET_POOL_MIN' => '1'], $folder);

        self::assertSame(200, $this->server->get('/api/ping')->status);
        $told = $this->server->get('/local/php/x')->json();
        self::assertSame('/local/php/x', $told['uri']);
        self::assertSame(404, $this->server->get('/local/none')->status);
        self::assertSame("No route found for path: /local/none\n", $this->server->get('/local/none')->body);
        self::assertStringNotContainsString('No route found', $this->server->get('/none')->body, 'that is for Laravel');
    }

    public function test_a_path_that_two_claim_is_an_error_that_names_both(): void
    {
        $folder = Lambdas::prepare('<manifest>'.str_replace('/php/*', '/channels/*', self::PHP).'</manifest>');
        $run = Server::launch(['LAMBDAS_MANIFEST' => "$folder/manifest.xml", 'CHANNELS_MOUNT' => '/channels', 'SERVE_LARAVEL' => 'off'], $folder);

        self::assertSame(78, $run->exitCode());
        self::assertStringContainsString('CHANNELS_MOUNT has mounted channels at /channels/*', $run->log());
        self::assertStringContainsString('manifest.xml, php', $run->log());
        Folders::remove($folder);
    }

    /** @param  array<string, string>  $settings */
    private function start(string $manifest, array $settings = []): Server
    {
        return $this->server = Lambdas::start($settings + ['LOG_LEVEL' => 'info'], $manifest);
    }
}
