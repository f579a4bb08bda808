<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
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

    public static function setUpBeforeClass(): void
    {
        $modules = dirname(__DIR__, 2).'/build/runner-client';
        $environment = ['PATH' => (string) getenv('PATH'), 'HOME' => (string) getenv('HOME')];
        if (! is_file("$modules/node_modules/@bluelibs/runner/package.json")) {
            @mkdir($modules, recursive: true);
            $installed = Program::run(['npm', 'install', '--no-audit', '--no-fund', '--prefix', $modules, '@bluelibs/runner@'.self::VERSION], getenv());
            self::assertSame(0, $installed->code, $installed->errors);
        }
        $folder = Server::folder();
        copy(__DIR__.'/Support/tunnel-worker.js', "$folder/node-worker.js");
        $server = Server::launch(['LARAVEL_PATH' => $folder, 'TUNNEL_ERROR_FORMAT' => 'runner'], $folder, ['tunnel'])->awaitListening();
        try {
            $ran = Program::run(['node', __DIR__.'/Support/runner-client.cjs', $modules, $server->url('/__runner')], $environment);
            self::assertSame(0, $ran->code, $ran->errors);
            self::$report = json_decode($ran->output, true, 512, JSON_THROW_ON_ERROR);
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
        self::assertTrue($report['event']);
        self::assertSame(['n' => 1], $report['payload']);
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
}
