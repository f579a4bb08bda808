<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** DETECT: what a request leaves behind is in the log and in the status, once, with its place and its route. */
#[Group('main')]
final class DetectTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '2', 'SOCKET_POOL_MAX' => '2', 'DETECT' => 'on', 'WORKER_ISOLATION' => 'worker'];
    }

    public function test_a_static_property_that_keeps_something_is_named_with_its_route(): void
    {
        $finding = $this->finding('/bleed/static?set=secret', 'App\Services\Notebook::$shared');

        self::assertSame('leak', $finding['kind']);
        self::assertSame('was null, is a string of 6 bytes', $finding['what']);
        self::assertSame('GET /bleed/static', $finding['route']);
        self::assertStringContainsString('scoped', $finding['advice']);
        self::assertSame(1, substr_count(self::server()->log(), 'leak: App\\Services\\Notebook::$shared'), 'Said once, whichever worker saw it');
        self::assertStringNotContainsString('secret', implode("\n", preg_grep('/\[detect\]/', explode("\n", self::server()->log())) ?: []));
    }

    public function test_what_is_put_back_is_told_apart(): void
    {
        self::assertSame('restored', $this->finding('/bleed/transaction', 'open transaction on "sqlite"')['kind']);
        self::assertSame('restored', $this->finding('/bleed/listener', 'listeners of bleed.probe')['kind']);
        self::assertSame('restored', $this->finding('/bleed/php?set=1', 'time zone')['kind']);
    }

    public function test_pages_that_leave_nothing_are_not_mentioned(): void
    {
        foreach (['/api/ping', '/session', '/users', '/login', '/api/posts', '/stream/json'] as $target) {
            for ($i = 0; $i < 4; $i++) {
                self::assertSame(200, $this->get($target)->status);
            }
        }
        foreach ($this->findings() as $finding) {
            self::assertMatchesRegularExpression('~bleed~', $finding['route'], json_encode($finding, JSON_THROW_ON_ERROR));
        }
    }

    /** @return array<string, string> */
    private function finding(string $target, string $place): array
    {
        for ($i = 0; $i < 4; $i++) {
            $this->get($target);
        }

        return Processes::await(function () use ($place): ?array {
            foreach ($this->findings() as $finding) {
                if ($finding['place'] === $place) {
                    return $finding;
                }
            }

            return null;
        }, "{$place} is found");
    }

    /** @return list<array<string, string>> */
    private function findings(): array
    {
        $output = shell_exec(implode(' ', array_map(escapeshellarg(...), [self::server()::binary(), 'status', '--json', '--admin-socket', self::server()->folder.'/bridge.sock.admin'])));
        $status = json_decode((string) $output, true, 512, JSON_THROW_ON_ERROR);

        return $status['application']['findings'];
    }
}
