<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;

/** Early hints reach the client before the answer, which then has their headers, once. */
#[Group('main')]
final class HintsTest extends ServerTestCase
{
    /** @return array<string, array{string}> */
    public static function ways(): array
    {
        return ['by the object of the answer' => ['/hints'], 'by another one' => ['/hints?other=1']];
    }

    #[DataProvider('ways')]
    public function test_an_informational_answer_comes_first(string $target): void
    {
        $connection = self::server()->connect()->request('GET', $target);
        $hints = $connection->head();
        $answer = $connection->answer();
        $connection->close();

        self::assertSame([103, ['</css/app.css>; rel=preload; as=style']], [$hints->status, $hints->headers('Link')]);
        self::assertSame([], $hints->headers('Cache-Control'));
        self::assertSame([200, "hinted\n", 'yes'], [$answer->status, $answer->body, $answer->header('X-Framework')]);
        self::assertSame(['</css/app.css>; rel=preload; as=style'], $answer->headers('Link'));
        self::assertCount(1, $answer->headers('Cache-Control'));
        self::assertCount(1, $answer->headers('Date'));
    }

    public function test_the_next_answer_on_the_same_worker_has_nothing_of_it(): void
    {
        $this->get('/hints');
        for ($i = 0; $i < 4; $i++) {
            self::assertSame([], $this->get('/echo')->headers('Link'));
        }
    }

    public function test_more_variables_than_php_takes_are_cut_off_and_no_error(): void
    {
        $query = implode('&', array_map(static fn (int $i): string => "a{$i}={$i}", range(1, 1100)));
        $answer = $this->post('/api/inspect', $query, ['Content-Type' => 'application/x-www-form-urlencoded', 'Accept' => 'application/json']);

        self::assertSame(200, $answer->status);
        self::assertCount(1000, $answer->json()['post']);
    }
}
