<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use LogicException;
use PHPUnit\Framework\Assert;
use PHPUnit\Framework\TestCase;
use Throwable;

/** Tests of one topic share one server; it is stopped after the last of them, and must then end well. */
abstract class ServerTestCase extends TestCase
{
    private static ?Server $server = null;

    /** @return array<string, string> */
    protected static function settings(): array
    {
        return [];
    }

    protected static function server(): Server
    {
        return self::$server ?? throw new LogicException('The server runs while tests run');
    }

    public static function setUpBeforeClass(): void
    {
        self::$server = Server::start(static::settings());
    }

    public static function tearDownAfterClass(): void
    {
        $server = self::$server;
        self::$server = null;
        if ($server !== null) {
            $descendants = Processes::descendants($server->pid);
            Assert::assertSame(0, $server->stop(), "The server must end well:\n".$server->lastWords());
            Assert::assertSame([], array_filter($descendants, Processes::alive(...)), 'Nothing may be left of the server');
            Folders::remove($server->folder);
        }
    }

    protected function onNotSuccessfulTest(Throwable $t): never
    {
        if (self::$server !== null) {
            fwrite(STDERR, "\n--- the server's last words before {$this->name()} failed\n".self::$server->lastWords()."\n");
        }

        parent::onNotSuccessfulTest($t);
    }

    /** @param  array<string, string|list<string>>  $headers */
    protected function get(string $target, array $headers = []): Answer
    {
        return self::server()->get($target, $headers);
    }

    /** @param  array<string, string|list<string>>  $headers */
    protected function post(string $target, string $body, array $headers = []): Answer
    {
        return self::server()->request('POST', $target, $headers, $body);
    }

    /** @param  array<array-key, mixed>  $data */
    protected function postJson(string $target, array $data): Answer
    {
        return $this->post($target, json_encode($data, JSON_THROW_ON_ERROR), ['Content-Type' => 'application/json', 'Accept' => 'application/json']);
    }
}
