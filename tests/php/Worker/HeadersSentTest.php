<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * In a process of its own, for PHPUnit prints.
 */
final class HeadersSentTest extends TestCase
{
    #[Test]
    public function a_head_that_has_left_is_told_until_the_next_request(): void
    {
        self::assertSame([false, true, false], $this->inAProcess('
            $sent = LaravelBridge\Worker\HeadersSent::ofProcess();
            $found[] = headers_sent();
            $sent->set(true);
            $found[] = headers_sent();
            $sent->set(false);
            $found[] = headers_sent();
        '));
    }

    #[Test]
    public function who_has_asked_for_it_is_called_once_and_may_change_the_head(): void
    {
        self::assertSame([false, true, ['X-Seen: 1'], false, ['X-Seen: 1'], false], $this->inAProcess('
            $sent = LaravelBridge\Worker\HeadersSent::ofProcess();
            $found[] = $sent->expectsCallback();
            header("X-Before: 1");
            header_register_callback(function (): void {
                header_remove();
                header("X-Seen: 1");
            });
            $found[] = $sent->expectsCallback();
            $sent->callBack();
            $found[] = preg_grep("/^X/", headers_list());
            $found[] = headers_sent();
            $sent->callBack();
            $found[] = preg_grep("/^X/", headers_list());
            header_register_callback(fn () => header("X-Never: 1"));
            $sent->forgetCallback();
            $found[] = $sent->expectsCallback() || in_array("X-Never: 1", headers_list(), true);
        '));
    }

    /**
     * @return list<mixed>
     */
    private function inAProcess(string $code): array
    {
        $script = sprintf(
            'require %s; LaravelBridge\Autoload::register(); ob_start(); LaravelBridge\Worker\Native::ofProcess()->collectHeaders(); $found = []; %s ob_end_clean(); echo json_encode($found);',
            var_export(dirname(__DIR__, 3).'/php/src/Autoload.php', true),
            $code,
        );

        return array_values((array) json_decode((string) shell_exec(escapeshellarg(PHP_BINARY).' -r '.escapeshellarg($script)), true, 512, JSON_THROW_ON_ERROR));
    }
}
