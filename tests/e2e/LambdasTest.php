<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Lambdas;
use LaravelBridge\E2e\Support\Load;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;

/** Local processes: `laravel-bridge lambdas`, with children in PHP, Python and Node, by pipe and by HTTP. */
final class LambdasTest extends TestCase
{
    private static Server $server;

    public static function setUpBeforeClass(): void
    {
        self::$server = Lambdas::start(['REQUEST_TIMEOUT' => '3', 'QUEUE_TIMEOUT' => '15', 'LAMBDAS_MAX_REPLY' => '3M', 'LOG_LEVEL' => 'info']);
    }

    public static function tearDownAfterClass(): void
    {
        $descendants = Processes::descendants(self::$server->pid);
        self::assertSame(0, self::$server->stop(), self::$server->lastWords());
        self::assertSame([], array_filter($descendants, Processes::alive(...)), 'Nothing may be left of the server');
        self::assertSame([], Lambdas::sockets(self::$server->folder));
        Folders::remove(self::$server->folder);
    }

    /** @return array<string, array{string}> */
    public static function children(): array
    {
        return [
            'Python that connects, and ends' => ['/once/x'],
            'Python that listens' => ['/listens'],
            'PHP that connects' => ['/php/x'],
            'Node that connects' => ['/node/x'],
            'Node that listens, and says so' => ['/node-listens'],
            'PHP by HTTP' => ['/php-http/x'],
            'Python by HTTP' => ['/python-http/x'],
            'Node by HTTP' => ['/node-http/x'],
        ];
    }

    #[DataProvider('children')]
    public function test_a_request_reaches_the_process_and_its_reply_the_client(string $path): void
    {
        for ($i = 0; $i < 3; $i++) {
            $answer = self::$server->request('PUT', "$path?a=1&b=%20", ['X-Request-Id' => "mine-$i"], "body ü $i");

            self::assertContains($answer->status, [200, 201], self::$server->lastWords());
            self::assertSame("mine-$i", $answer->header('X-Request-Id'));
            $told = $answer->json();
            self::assertSame(['PUT', "$path?a=1&b=%20", "body ü $i"], [$told['method'], $told['uri'], $told['body']]);
        }
    }

    public function test_the_documented_process_is_started_again_after_each_request(): void
    {
        $connections = [];
        for ($i = 0; $i < 5; $i++) {
            $connections[$i] = self::$server->connect()->request('POST', '/once/more', ['Connection' => 'close'], "$i");
        }
        $pids = [];
        foreach ($connections as $i => $connection) {
            $told = $connection->answer()->json();
            self::assertSame((string) $i, $told['body']);
            $pids[] = $told['pid'];
            $connection->close();
        }
        self::assertCount(5, array_unique($pids));
        $this->awaitLog('lambda once['.$pids[4].']: once says hello');
    }

    public function test_a_request_that_is_too_large_for_the_documented_process_is_a_502_and_the_next_is_served(): void
    {
        self::assertSame(502, $this->post('/once/x', str_repeat('x', 5000))->status);
        self::assertSame('next', $this->post('/once/x', 'next')->json()['body']);
    }

    public function test_bytes_and_headers_are_kept(): void
    {
        $bytes = implode('', array_map(chr(...), range(0, 255)));
        $answer = $this->post('/php/bytes', str_repeat($bytes, 4000));
        self::assertSame(201, $answer->status);
        self::assertSame(str_repeat($bytes, 4000), $answer->body);
        self::assertSame(['a=1', 'b=2'], $answer->headers('Set-Cookie'));

        $told = self::$server->get('/php/x', ['X-Two' => ['one', 'two'], 'X-UPPER' => 'Case'])->json();
        self::assertSame([['x-two', 'one'], ['x-two', 'two'], ['x-upper', 'Case']], array_values(array_filter(
            $told['headers'],
            static fn (array $pair): bool => in_array($pair[0], ['x-two', 'x-upper'], true),
        )));
        self::assertSame(self::$server->folder, $told['folder']);
        self::assertFalse($told['http'], 'a pipe has no HTTP_ADDRESS');

        $head = self::$server->request('HEAD', '/php/x');
        self::assertSame([201, ''], [$head->status, $head->body]);
        self::assertGreaterThan(0, (int) $head->header('Content-Length'));
    }

    public function test_a_process_by_http_is_asked_with_post_in_its_own_folder(): void
    {
        $told = self::$server->request('DELETE', '/python-http/x')->json();

        self::assertSame(['DELETE', '/', 'application/json', null], [$told['method'], $told['path'], $told['type'], $told['pipe']]);
        self::assertSame(self::$server->folder.'/work', $told['folder']);
    }

    public function test_a_process_by_http_has_several_requests_at_once(): void
    {
        $connections = [];
        for ($i = 0; $i < 8; $i++) {
            $connections[] = self::$server->connect()->request('GET', "/node-http/together/$i", ['Connection' => 'close']);
        }
        foreach ($connections as $i => $connection) {
            self::assertSame("/node-http/together/$i", $connection->answer()->json()['uri']);
            $connection->close();
        }
    }

    /** @return array<string, array{string, int}> */
    public static function wrongs(): array
    {
        return [
            'half a reply' => ['/node/half', 502],
            'no JSON' => ['/node/garbage', 502],
            'no base64' => ['/node/no-base64', 502],
            'a header that is none' => ['/node/bad-header', 502],
            'more than LAMBDAS_MAX_REPLY' => ['/node/large', 502],
            'nothing in time' => ['/node/never', 504],
            'nothing in time by HTTP' => ['/node-http/never', 504],
            'an HTTP error' => ['/node-http/broken', 502],
            'its end' => ['/php/exit', 502],
        ];
    }

    #[DataProvider('wrongs')]
    public function test_a_reply_that_is_none_is_an_error_with_the_id_of_the_request(string $path, int $status): void
    {
        $answer = $this->post($path, '', ['Accept' => 'application/json', 'X-Request-Id' => 'wrong-one']);

        self::assertSame($status, $answer->status);
        self::assertStringContainsString('wrong-one', $answer->body);
        self::assertContains($this->post(preg_replace('~[^/]+$~', 'x', $path) ?? '', 'next')->status, [200, 201], 'the next request is served');
    }

    public function test_a_reply_may_come_in_pieces(): void
    {
        self::assertSame('all of it', $this->post('/node/pieces', 'all of it')->json()['body']);
    }

    public function test_a_process_that_prints_much_is_not_blocked(): void
    {
        self::assertSame(201, $this->post('/php/chatty')->status);
        $this->awaitLog(']: '.str_repeat('e', 99));
    }

    public function test_a_client_that_leaves_disturbs_nobody(): void
    {
        for ($i = 0; $i < 5; $i++) {
            self::$server->connect()->request('POST', '/php/x', [], 'gone')->close();
            self::$server->connect()->request('POST', '/node-http/x', [], 'gone')->close();
        }
        self::assertSame('here', $this->post('/php/x', 'here')->json()['body']);
        self::assertSame('here', $this->post('/node-http/x', 'here')->json()['body']);
    }

    /** @return array<string, array{string, string}> */
    public static function killed(): array
    {
        return ['by pipe' => ['/php/x', 'php'], 'by HTTP' => ['/node-http/x', 'node http']];
    }

    #[DataProvider('killed')]
    public function test_only_what_a_killed_process_had_is_lost(string $path, string $id): void
    {
        $load = new Load(self::$server->address(), $path);
        $kills = 3;
        for ($i = 0; $i < $kills; $i++) {
            $pid = Processes::await(static function () use ($load, $id): ?int {
                $load->until(static fn (int $answered): bool => $answered > 20);
                $child = Lambdas::child(self::$server, $id);

                return $child['state'] === 'ready' ? (int) $child['pid'] : null;
            }, 'it serves');
            posix_kill($pid, SIGKILL);
            $load->while(static fn (): bool => Processes::alive($pid));
        }
        $load->until(static fn (int $answered): bool => $answered > 50);
        // PHP answers 201, which is no failure.
        $failures = array_filter($load->finish(), static fn (string $failure): bool => $failure !== 'status 201');
        self::assertSame([], array_diff($failures, ['status 502']), 'and those are told so');
        self::assertLessThanOrEqual($kills * 6, count($failures), 'six clients ask');
    }

    public function test_status_tells_of_each_process(): void
    {
        $this->post('/php/x');
        $child = Lambdas::child(self::$server, 'php');

        self::assertSame('ready', $child['state']);
        self::assertGreaterThan(0, $child['pid']);
        self::assertGreaterThan(0, $child['starts']);
        self::assertGreaterThan(0, $child['requests']);
        self::assertNotSame([], Lambdas::child(self::$server, 'php.2'), 'each instance');
    }

    public function test_paths_without_a_process_and_unknown_methods_are_answered_in_words(): void
    {
        $answer = self::$server->get('/phpx?a=b');
        self::assertSame([404, "No route found for path: /phpx\n"], [$answer->status, $answer->body]);
        self::assertSame(400, self::$server->request('PROPFIND', '/php')->status);
        self::assertSame(201, self::$server->get('/php')->status);
    }

    public function test_nothing_is_started_where_the_manifest_is_wrong(): void
    {
        $folder = Server::folder();
        file_put_contents("$folder/wrong.xml", "<manifest>\n<process><id>one</id>\n<route>one</route>\n<communication_mode>tcp</communication_mode></process></manifest>");
        $environment = ['PATH' => (string) getenv('PATH'), 'BIND_ADDRESS' => '127.0.0.1:0', 'ADMIN_SOCKET' => 'off'];
        $wrong = Program::run([Server::binary(), 'lambdas', "$folder/wrong.xml"], $environment);
        $missing = Program::run([Server::binary(), 'lambdas', "$folder/none.xml"], $environment);
        Folders::remove($folder);

        self::assertSame(1, $wrong->code);
        self::assertStringContainsString("wrong.xml: line 4: process `one`: Invalid communication mode: tcp. Must be 'pipe' or 'http'", $wrong->errors);
        self::assertStringContainsString('line 3: process `one`: route is `one`; it must begin with `/`', $wrong->errors);
        self::assertStringContainsString('line 2: process `one`: <executable> is missing', $wrong->errors);
        self::assertSame(2, $missing->code);
        self::assertStringContainsString('none.xml', $missing->errors);
        self::assertStringNotContainsString('listening', $wrong->errors.$missing->errors);
    }

    public function test_check_shows_the_routes(): void
    {
        $run = Program::run([Server::binary(), 'lambdas', self::$server->folder.'/manifest.xml', '--check'], ['PATH' => (string) getenv('PATH'), 'ADMIN_SOCKET' => 'off']);

        self::assertSame(0, $run->code, $run->errors);
        self::assertMatchesRegularExpression('~^/once/\* +lambdas +\S+/manifest\.xml, once$~m', $run->output);
    }

    /** The log is written a moment after the answer. */
    private function awaitLog(string $part): void
    {
        Processes::await(static fn (): bool => str_contains(self::$server->log(), $part), "the log says: $part");
    }

    /** @param  array<string, string|list<string>>  $headers */
    private function post(string $path, string $body = '', array $headers = []): Answer
    {
        return self::$server->request('POST', $path, $headers, $body);
    }
}
