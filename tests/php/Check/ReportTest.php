<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Check;

use LaravelBridge\Check\Report;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class ReportTest extends TestCase
{
    #[Test]
    public function what_was_noticed_at_the_boot_is_told_and_fails_nothing(): void
    {
        $report = new Report([], 6, ['App\Providers\Tenants reads the request while it boots.']);

        self::assertStringContainsString("the boot\n  note      App\\Providers\\Tenants reads the request while it boots.\n", $report->text());
        self::assertSame(['App\Providers\Tenants reads the request while it boots.'], json_decode($report->json(), true, 512, JSON_THROW_ON_ERROR)['boot']);
        self::assertFalse($report->hasLeaks());
        self::assertStringNotContainsString('boot', (new Report([], 6))->text());
    }
}
