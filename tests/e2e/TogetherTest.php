<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\TestCase;

/** One server with a Laravel application and every other kind beside it. */
final class TogetherTest extends TestCase
{
    private const TOKEN = ['x-runner-token' => 'of the tunnel', 'Content-Type' => 'application/json'];

    private static string $folder;

    /** @var array<string, string> */
    private static array $settings;

    private static Server $server;

    public static function setUpBeforeClass(): void
    {
        self::$folder = $folder = Server::folder();
        $name = basename($folder);
        file_put_contents("$folder/manifest.xml", <<<XML
            <manifest>
                <process><id>shout</id><executable>php</executable><arg>$folder/shout.php</arg><route>/shout/*</route><pipe_name>{$name}_pipe</pipe_name></process>
            </manifest>
            XML);
        file_put_contents("$folder/shout.php", <<<'PHP'
            <?php
            $pipe = stream_socket_client('unix://'.getenv('PIPE_ADDRESS'));
            while (($line = fgets($pipe)) !== false) {
                $request = json_decode($line, true);
                fwrite($pipe, json_encode(['status' => 200, 'body' => base64_encode(strtoupper(base64_decode($request['body'])))]));
            }
            PHP);
        file_put_contents("$folder/service.yaml", <<<YAML
            servicename: together
            socketpath: $folder/reply.sock
            paths:
              /reply:
                post:
                  inject: { wd: $folder, env: [], cmd: [sh, -c, 'curl -s --unix-socket "\$UROCKET_SOCKET" -d "\$0" http://localhost/uri/\$REQUEST_ID'], channel: cmdline, timeout: 20000 }
                  outtake: usocket://uri/{req_id}
            YAML);
        self::$settings = [
            'LAMBDAS_MANIFEST' => "$folder/manifest.xml", 'LAMBDAS_MOUNT' => '/local',
            'UROCKET_CONFIG' => "$folder/service.yaml", 'UROCKET_MOUNT' => '/exec',
            'TUNNEL_MOUNT' => '/__runner', 'TUNNEL_WORKER' => 'artisan laravel-rust:tunnel', 'TUNNEL_TOKEN' => 'of the tunnel',
            'CHANNELS_MOUNT' => '/channels', 'PUBSUB_MOUNT' => '/pubsub', 'PUBSUB_TOKEN' => 'of the topics',
        ];
        self::$server = Server::start(self::$settings, $folder);
    }

    public static function tearDownAfterClass(): void
    {
        $descendants = Processes::descendants(self::$server->pid);
        self::assertSame(0, self::$server->stop(), self::$server->lastWords());
        self::assertSame([], array_filter($descendants, Processes::alive(...)), 'Nothing may be left of the server');
        Folders::remove(self::$folder);
    }

    public function test_each_kind_answers_at_its_place(): void
    {
        self::assertEveryKindAnswers();
        self::assertSame(404, self::$server->get('/none')->status, 'of Laravel, which has everything else');
    }

    public function test_a_reload_of_all_loses_none_of_them(): void
    {
        $admin = new Connection('unix://'.self::$folder.'/bridge.sock.admin');
        $reloaded = $admin->request('POST', '/-/reload?wait=1', ['Connection' => 'close'])->answer();
        $admin->close();

        self::assertSame(200, $reloaded->status, $reloaded->body);
        self::assertEveryKindAnswers();
    }

    public function test_the_status_shows_all(): void
    {
        $kinds = array_column(self::$server->status()['upstreams'], 'kind');

        self::assertEqualsCanonicalizing(['channels', 'pubsub', 'exec', 'tunnel', 'lambdas', 'laravel'], $kinds);
    }

    public function test_check_shows_where_each_path_comes_from(): void
    {
        $check = self::check(self::$settings);

        self::assertSame(0, $check->code, $check->errors);
        foreach ([
            '/local/shout/*' => 'manifest.xml',
            '/exec/reply' => 'service.yaml',
            '/__runner/*' => 'TUNNEL_MOUNT',
            '/channels/*' => 'CHANNELS_MOUNT',
            '/pubsub/*' => 'PUBSUB_MOUNT',
            '/*' => 'SERVE_LARAVEL',
        ] as $path => $origin) {
            self::assertMatchesRegularExpression('#^\s*'.preg_quote($path, '#').'\s.*'.preg_quote($origin, '#').'#m', $check->output);
        }
    }

    public function test_a_path_that_two_of_them_claim_is_an_error_that_names_both(): void
    {
        $check = self::check(['TUNNEL_MOUNT' => '/channels'] + self::$settings);

        self::assertSame(78, $check->code);
        self::assertMatchesRegularExpression('/TUNNEL_MOUNT.*CHANNELS_MOUNT|CHANNELS_MOUNT.*TUNNEL_MOUNT/', $check->errors);
    }

    public function test_what_a_file_does_not_claim_any_more_is_the_applications(): void
    {
        $folder = Server::folder();
        $name = basename($folder);
        $manifest = static fn (string $route): int|false => file_put_contents("$folder/manifest.xml", <<<XML
            <manifest><process><id>one</id><executable>php</executable><arg>one.php</arg><route>$route</route><pipe_name>{$name}_one</pipe_name></process></manifest>
            XML);
        $service = static fn (string $path): int|false => file_put_contents("$folder/service.yaml", <<<YAML
            socketpath: $folder/reply.sock
            paths:
              $path:
                get:
                  inject: { wd: $folder, cmd: [sh, -c, 'curl -s --unix-socket "\$UROCKET_SOCKET" -d 1 http://localhost/uri/\$REQUEST_ID'], channel: cmdline, timeout: 20000 }
                  outtake: usocket://uri/{req_id}
            YAML);
        file_put_contents("$folder/one.php", <<<'PHP'
            <?php
            $pipe = stream_socket_client('unix://'.getenv('PIPE_ADDRESS'));
            while (fgets($pipe) !== false) {
                fwrite($pipe, json_encode(['body' => base64_encode('of the process')]));
            }
            PHP);
        $manifest('/api/');
        $service('/api/ping');
        $server = Server::start(['LAMBDAS_MANIFEST' => "$folder/manifest.xml", 'UROCKET_CONFIG' => "$folder/service.yaml"], $folder);
        try {
            self::assertSame('of the process', $server->get('/api/other')->body);
            self::assertSame('1', $server->get('/api/ping')->body, 'the longer path goes first');
            self::assertSame(404, $server->get('/api')->status, '`/api/` is what is below it, and the application has no /api');

            $manifest('/elsewhere/');
            $service('/elsewhere');
            $admin = new Connection("unix://$folder/bridge.sock.admin");
            self::assertSame(200, $admin->request('POST', '/-/reload?wait=1', ['Connection' => 'close'])->answer()->status);
            $admin->close();

            self::assertStringNotContainsString('of the process', $server->get('/api/other')->body);
            $ping = $server->get('/api/ping');
            self::assertSame(200, $ping->status, 'the route of the application');
            self::assertNotSame('1', $ping->body);
            self::assertSame('of the process', $server->get('/elsewhere/x')->body);
            self::assertSame('1', $server->get('/elsewhere')->body);
        } finally {
            $server->stop();
            Folders::remove($folder);
        }
    }

    private static function assertEveryKindAnswers(): void
    {
        self::assertSame(200, self::$server->get('/api/ping')->status, 'Laravel');
        self::assertSame('HELLO', self::$server->request('POST', '/local/shout/x', [], 'hello')->body, 'a local process');
        self::assertSame('{"n":1}', self::$server->request('POST', '/exec/reply', ['Content-Type' => 'application/json'], '{"n":1}')->body, 'a process for the request');
        self::assertSame(200, self::$server->request('GET', '/__runner/discovery', self::TOKEN)->status, 'the tunnel');
        self::assertSame('{"ok":true,"result":{"application":"Laravel Bridge demo","text":"hi"}}', self::$server->request('POST', '/__runner/task/demo.echo', self::TOKEN, '{"input":{"text":"hi"}}')->body, 'a task of the application');
        self::assertSame('hand to hand', self::meeting()->body, 'a channel');
        self::assertSame(200, self::$server->request('POST', '/pubsub/ns/topic', ['Authorization' => 'Bearer of the topics'], 'news')->status, 'a topic');
    }

    private static function meeting(): Answer
    {
        $producer = self::$server->connect()->request('POST', '/channels/ns/name', [], 'hand to hand');
        $consumed = self::$server->get('/channels/ns/name');
        self::assertSame(200, $producer->head()->status);
        $producer->close();

        return $consumed;
    }

    /** @param  array<string, string>  $settings */
    private static function check(array $settings): Program
    {
        return Program::run([Server::binary(), '--check'], [
            'PATH' => (string) getenv('PATH'), 'LARAVEL_PATH' => Server::application(), 'SOCKET_PATH' => self::$folder.'/check.sock',
        ] + $settings);
    }
}
