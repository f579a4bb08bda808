<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Program;
use LaravelBridge\E2e\Support\Server;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;

/** The clients of @bluelibs/runner against the tunnel: what they are promised is what they understand. */
final class TunnelClientTest extends TestCase
{
    private const VERSION = '5.5.0';

    /** @var array<string, array<string, mixed>> */
    private static array $report = [];

    /** @var array<string, array<string, mixed>> */
    private static array $duplex = [];

    public static function setUpBeforeClass(): void
    {
        $modules = dirname(__DIR__, 2).'/build/runner-client';
        if (! is_file("$modules/node_modules/@bluelibs/runner/package.json")) {
            @mkdir($modules, recursive: true);
            $installed = Program::run(['npm', 'install', '--no-audit', '--no-fund', '--prefix', $modules, '@bluelibs/runner@'.self::VERSION], getenv());
            self::assertSame(0, $installed->code, $installed->errors);
        }
        self::$report = self::ask($modules, []);
        self::$duplex = self::ask($modules, ['TUNNEL_DUPLEX' => 'on'], 'duplex');
    }

    /**
     * What the clients have to say of a server with a worker in Node.
     *
     * @param  array<string, string>  $settings
     * @return array<string, array<string, mixed>>
     */
    private static function ask(string $modules, array $settings, string ...$arguments): array
    {
        $folder = Server::folder();
        $worker = implode(' ', ['node', __DIR__.'/Support/tunnel-module-worker.js', dirname(__DIR__, 2).'/tunnel/node/tunnel-worker.js', $modules]);
        $server = Server::launch($settings + ['LARAVEL_PATH' => $folder, 'SPOOL_DIR' => $folder, 'TUNNEL_WORKER' => $worker, 'TUNNEL_ERROR_FORMAT' => 'runner'], $folder, ['tunnel'])->awaitListening();
        try {
            $environment = ['PATH' => (string) getenv('PATH'), 'HOME' => (string) getenv('HOME')];
            $ran = Program::run(['node', __DIR__.'/Support/runner-client.cjs', $modules, $server->url('/__runner'), ...array_values($arguments)], $environment);
            self::assertSame(0, $ran->code, $ran->errors);
            $left = Processes::await(fn (): bool => glob("$folder/laravel-bridge-spool.*/[0-9]*") === [], 'no upload is left');
            self::assertTrue($left);

            return json_decode($ran->output, true, 512, JSON_THROW_ON_ERROR);
        } finally {
            $server->kill();
            Folders::remove($folder);
        }
    }

    /** @return iterable<string, array{string}> */
    public static function clients(): iterable
    {
        yield 'fetch' => ['fetch'];
        yield 'smart' => ['smart'];
        yield 'mixed' => ['mixed'];
    }

    #[DataProvider('clients')]
    public function test_it_calls_tasks_and_emits_events(string $client): void
    {
        $report = self::$report[$client];
        self::assertSame(8, $report['sum']);
        self::assertSame([true, 2, 'é'], $report['types'], 'What JSON has no type for goes through');
        self::assertSame([true, 2, false], $report['nature'], 'and is what it was for the worker');
        self::assertSame([false, null, true], $report['nothing']);
        self::assertTrue($report['event']);
        self::assertSame(['n' => 2], $report['payload']);
        self::assertSame(['app.ctx.user' => ['id' => 7, 'at' => '1970-01-01T00:00:00.000Z']], $report['contexts']);
    }

    #[DataProvider('clients')]
    public function test_it_understands_the_errors(string $client): void
    {
        $report = self::$report[$client];
        self::assertSame(['NOT_FOUND', 404], [$report['slashed']['code'], $report['slashed']['httpCode']]);
        self::assertSame(['EXECUTION_ERROR', 'Internal Error'], [$report['failed']['code'], $report['failed']['message']]);
        self::assertSame('{"max":3}', $report['typed']['message']);
        self::assertSame('UNAUTHORIZED', $report['stranger']);
        self::assertTrue($report['late']);
    }

    /** @return iterable<string, array{string, string}> */
    public static function streamingClients(): iterable
    {
        foreach (['smart', 'mixed'] as $client) {
            yield "$client, bodies as files" => [$client, 'report'];
            yield "$client, bodies as they come" => [$client, 'duplex'];
        }
    }

    #[DataProvider('streamingClients')]
    public function test_it_sends_and_receives_files_and_streams(string $client, string $run): void
    {
        $report = ($run === 'report' ? self::$report : self::$duplex)[$client];
        $sum = $report['sha256'];
        [$small, $large, $other] = $report['files'];
        self::assertSame(['doc "q".txt', 'text/plain', 11, hash('sha256', 'hello world')], [$small['name'], $small['type'], $small['size'], $small['sha256']]);
        self::assertSame(['big', 3 << 20, $sum], [$large['name'], $large['size'], $large['sha256']]);
        self::assertSame(1, $other);
        self::assertSame(['size' => 3 << 20, 'sha256' => $sum], $report['bytes']);
        self::assertSame('ABCD', $report['upper']);
        self::assertSame("a,b\n1,2\n", $report['csv']);
        self::assertSame(20 << 20, $report['zeros']);
        self::assertTrue($report['copy']);
        self::assertSame('NOT_FOUND', $report['missing']['code']);
    }

    public function test_an_answer_may_begin_before_the_request_has_ended(): void
    {
        self::assertSame(['AB', 'CD'], self::$duplex['smart']['conversation']);
        self::assertSame(['AB', 'CD'], self::$duplex['mixed']['conversation']);
    }

    public function test_the_form_of_a_browser_is_understood(): void
    {
        [$file] = self::$report['fetch']['form'];
        self::assertSame(['web.txt', 'text/plain', hash('sha256', 'from the web')], [$file['name'], $file['type'], $file['sha256']]);
    }
}
