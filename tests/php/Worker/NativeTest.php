<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Worker;

use LaravelBridge\Worker\Native;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class NativeTest extends TestCase
{
    #[Test]
    public function it_ends_a_process_without_its_shutdown_functions(): void
    {
        self::assertSame([5, ''], $this->php('register_shutdown_function(static function () { echo "late"; }); $native->exitNow(5);'));
    }

    #[Test]
    public function it_collects_headers(): void
    {
        self::assertSame([0, 'X-A: 1|Set-Cookie: a=b|'.'404'], $this->php(
            '$native->collectHeaders(); ob_start(); header("X-A: 1"); setcookie("a", "b"); http_response_code(404);'
            .'$list = headers_list(); ob_end_clean(); echo implode("|", $list), "|", http_response_code();',
        ));
    }

    #[Test]
    public function phpinfo_is_html(): void
    {
        [$code, $output] = $this->php('$native->informAsHtml(); phpinfo(INFO_GENERAL);');

        self::assertSame(0, $code);
        self::assertStringContainsString('<td class="e">System </td>', $output);
    }

    #[Test]
    public function it_hands_over_what_escapes_all_buffers_and_gives_output_back(): void
    {
        [$code, $output] = $this->php(
            '$seen = []; $native->captureOutput(function (string $bytes) use (&$seen) { $seen[] = $bytes; }, function () use (&$seen) { $seen[] = "flush"; });'
            .'echo "one"; flush(); echo "two"; $native->releaseOutput(); echo implode("|", $seen);',
        );

        self::assertSame([0, 'one|flush|two'], [$code, $output]);
    }

    #[Test]
    public function a_process_that_captures_output_ends_well_all_the_same(): void
    {
        self::assertSame([0, ''], $this->php('$native->captureOutput(static fn (string $bytes) => null, static fn () => null); echo "lost";'));
    }

    #[Test]
    public function a_client_that_left_ends_the_script_but_not_its_shutdown_functions(): void
    {
        self::assertSame([255, 'aborted 1'], $this->php(
            'register_shutdown_function(static function () { fwrite(STDOUT, "aborted ".connection_aborted()); exit(255); }); $native->abortConnection(); echo "never";',
        ));
    }

    #[Test]
    public function unless_the_script_ignores_it(): void
    {
        self::assertSame([0, '1'], $this->php('ignore_user_abort(true); $native->abortConnection(); fwrite(STDOUT, (string) connection_aborted());'));
    }

    /**
     * @return array{int, string}
     */
    private function php(string $code): array
    {
        $autoload = dirname(__DIR__, 3).'/vendor/autoload.php';
        $script = "require '{$autoload}'; \$native = new ".Native::class.'; '.$code;
        exec(escapeshellarg(PHP_BINARY).' -r '.escapeshellarg($script).' 2>&1', $lines, $exit);

        return [$exit, implode("\n", $lines)];
    }
}
