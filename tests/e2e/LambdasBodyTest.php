<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Lambdas;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\TestWith;
use PHPUnit\Framework\TestCase;

/** Bodies that do not fit into memory, and local processes. */
final class LambdasBodyTest extends TestCase
{
    private const MANIFEST = <<<'XML'
        <manifest>
            <process><id>pipe</id><executable>php</executable><arg>echo.php</arg><route>/pipe</route><pipe_name>NAME_pipe</pipe_name></process>
            <process><id>late</id><executable>php</executable><arg>echo.php</arg><arg>go</arg><route>/late</route><pipe_name>NAME_late</pipe_name></process>
            <process><id>http</id><executable>python3</executable><arg>echo.py</arg><route>/http</route><pipe_name>NAME_http</pipe_name><communication_mode>http</communication_mode></process>
        </manifest>
        XML;

    private const FILES = [
        // Each says what it got; with an argument it begins to read when there is a file of that name.
        'echo.php' => <<<'PHP'
            <?php
            ini_set('memory_limit', '1G');
            while (isset($argv[1]) && ! file_exists($argv[1])) {
                usleep(5000);
                clearstatcache();
            }
            $pipe = stream_socket_client('unix://'.getenv('PIPE_ADDRESS'));
            while (($line = fgets($pipe)) !== false) {
                fwrite($pipe, json_encode(['body' => json_decode($line, true)['body']]));
            }
            PHP,
        'echo.py' => <<<'PYTHON'
            import json
            import os
            from http.server import BaseHTTPRequestHandler, HTTPServer


            class Handler(BaseHTTPRequestHandler):
                def do_POST(self):
                    request = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                    reply = json.dumps({'body': request['body']}).encode()
                    self.send_response(200)
                    self.send_header('Content-Length', str(len(reply)))
                    self.end_headers()
                    self.wfile.write(reply)


            host, port = os.environ['HTTP_ADDRESS'].rsplit(':', 1)
            HTTPServer((host, int(port)), Handler).serve_forever()
            PYTHON,
    ];

    private Server $server;

    protected function tearDown(): void
    {
        $this->server->stop();
        Folders::remove($this->server->folder);
    }

    #[TestWith(['/pipe'])]
    #[TestWith(['/http'])]
    public function test_a_body_of_any_size_arrives_as_it_is(string $path): void
    {
        $this->start();
        foreach ([65_536, 65_537, 65_538, 300_001, 5_000_000] as $size) {
            $body = random_bytes($size);
            $answer = $this->server->request('POST', $path, [], $body);

            self::assertSame(200, $answer->status, $answer->body);
            self::assertTrue($answer->body === $body, "the same $size bytes");
        }
    }

    public function test_bodies_that_wait_for_a_process_lie_in_files(): void
    {
        $this->start();
        $bodies = [random_bytes(1_000_000), random_bytes(1_000_001), random_bytes(1_000_002)];
        $clients = array_map(fn (string $body) => $this->server->connect()->request('POST', '/late', [], $body), $bodies);
        Processes::await(fn (): bool => count($this->spooled()) === 3, 'each is in a file');

        touch("{$this->server->folder}/go");
        foreach ($clients as $i => $client) {
            self::assertTrue($client->answer()->body === $bodies[$i], "the body of client $i");
            $client->close();
        }
        Processes::await(fn (): bool => $this->spooled() === [], 'no file is left');
    }

    public function test_a_body_for_which_there_is_no_room_is_refused(): void
    {
        $this->start(['SPOOL_MAX_BYTES' => '1M']);

        self::assertSame(503, $this->server->request('POST', '/pipe', [], str_repeat('x', 2_000_000))->status);
        self::assertSame('small', $this->server->request('POST', '/pipe', [], 'small')->body);
    }

    /** @param  array<string, string>  $settings */
    private function start(array $settings = []): void
    {
        $folder = Server::folder();
        mkdir("$folder/spool");
        foreach (self::FILES as $name => $text) {
            file_put_contents("$folder/$name", $text);
        }
        Lambdas::write($folder, self::MANIFEST);
        $this->server = Server::launch($settings + ['BIND_ADDRESS' => '127.0.0.1:0', 'ADMIN_SOCKET' => 'off', 'SPOOL_DIR' => "$folder/spool"], $folder, ['lambdas'])->awaitListening();
    }

    /** @return list<string> */
    private function spooled(): array
    {
        return glob("{$this->server->folder}/spool/*/[0-9]*") ?: [];
    }
}
