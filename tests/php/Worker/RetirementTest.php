<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Worker\Retirement;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class RetirementTest extends TestCase
{
    #[Test]
    public function without_limits_nobody_retires(): void
    {
        self::assertNull((new Retirement(0, 0))->why(PHP_INT_MAX, PHP_INT_MAX));
    }

    #[Test]
    public function the_limit_on_requests_counts(): void
    {
        $retirement = new Retirement(3, 0);

        self::assertNull($retirement->why(2, 0));
        self::assertSame('3 requests', $retirement->why(3, 0));
    }

    #[Test]
    public function the_limit_on_memory_counts(): void
    {
        $retirement = new Retirement(0, 10_485_760);

        self::assertNull($retirement->why(1, 10_485_759));
        self::assertSame('10.0 MiB of memory', $retirement->why(1, 10_485_760));
    }

    #[Test]
    public function workers_of_one_age_do_not_retire_together(): void
    {
        $limits = [];
        for ($i = 0; $i < 200; $i++) {
            $retirement = new Retirement(1000, 0);
            for ($requests = 1; $retirement->why($requests, 0) === null; $requests++) {
            }
            $limits[] = $requests;
        }

        self::assertGreaterThanOrEqual(800, min($limits));
        self::assertLessThanOrEqual(1200, max($limits));
        self::assertGreaterThan(50, count(array_unique($limits)));
    }
}
