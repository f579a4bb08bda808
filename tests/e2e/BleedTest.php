<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;

/** One worker serves all of these: what a request leaves behind must not be there for the next. */
#[Group('main')]
final class BleedTest extends ServerTestCase
{
    protected static function settings(): array
    {
        return ['SOCKET_POOL_MIN' => '1', 'SOCKET_POOL_MAX' => '1', 'WORKER_MAX_REQUESTS' => '0', 'WORKER_ISOLATION' => 'worker'];
    }

    /** @return array<string, array{string}> */
    public static function probes(): array
    {
        $names = ['config', 'static', 'singleton', 'locale', 'user', 'view', 'request', 'cookie', 'listener', 'transaction', 'php', 'buffer'];

        return array_combine($names, array_map(static fn (string $name): array => ["/bleed/$name"], $names));
    }

    #[DataProvider('probes')]
    public function test_the_second_request_finds_what_the_first_found(string $target): void
    {
        $first = $this->get("$target?set=de")->json();
        $second = $this->get("$target?set=ja")->json();

        self::assertSame($first['pid'], $second['pid'], 'The same worker');
        self::assertSame($first['before'], $second['before']);
    }

    public function test_everything_leads_to_the_request_of_now(): void
    {
        $this->get('/api/ping');
        $found = $this->get('/bleed/request?set=x')->json()['before'];
        unset($found['attribute']);

        self::assertSame([], array_keys($found, false, true));
    }

    public function test_a_cookie_queued_by_one_request_is_not_sent_by_the_next(): void
    {
        $this->get('/bleed/cookie?set=x');

        foreach ($this->get('/session')->headers('Set-Cookie') as $cookie) {
            self::assertStringStartsNotWith('bleed=', $cookie);
        }
    }

    public function test_an_open_transaction_is_rolled_back_and_blocks_nobody(): void
    {
        $this->get('/bleed/transaction?set=x');

        self::assertSame(201, $this->postJson('/api/posts', ['user_id' => 1, 'title' => 'After', 'body' => 'x'])->status);
    }

    public function test_memory_does_not_grow_with_the_requests(): void
    {
        // What Eloquent leaves in cycles is collected now and then: the least of many looks is what stays.
        $least = function (): int {
            $looks = [];
            for ($look = 0; $look < 20; $look++) {
                $connection = self::server()->connect();
                for ($number = 0; $number < 50; $number++) {
                    $connection->request('GET', '/users')->answer();
                }
                $connection->close();
                $looks[] = $this->get('/whoami')->json()['memory'];
            }

            return min($looks);
        };
        $least();
        $before = $least();

        self::assertLessThan($before + 262144, $least(), 'bytes at most, of the worker');
    }
}
