<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Integration;

use DOMDocument;
use LaravelBridge\Tests\Support\DemoApplication;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * `artisan laravel-rust:check` with the demo application: what a pipeline sees of it.
 */
final class CheckTest extends TestCase
{
    #[Test]
    public function leaks_are_named_with_their_route_and_fail_the_pipeline(): void
    {
        $junit = sys_get_temp_dir().'/bridge-check-'.bin2hex(random_bytes(4)).'.xml';
        [$code, $output] = $this->check(['--path=bleed/*', '--path=users*', '--path=exit', '--json', "--junit={$junit}"]);
        $document = new DOMDocument;
        $document->load($junit);
        unlink($junit);
        $report = json_decode($output, true, 16, JSON_THROW_ON_ERROR);
        $routes = array_column($report['routes'], null, 'uri');

        self::assertSame(1, $code);
        $finding = $routes['/bleed/static']['findings'][0];
        self::assertSame(['leak', 'App\Services\Notebook::$shared', 'GET /bleed/static'], [$finding['kind'], $finding['place'], $finding['route']]);
        self::assertSame('restored', $routes['/bleed/transaction']['findings'][0]['kind']);
        self::assertSame(array_fill(0, 6, 200), $routes['/users']['statuses']);
        self::assertSame([], $routes['/users']['findings']);
        self::assertSame('needs --param=user=VALUE', $routes['/users/{user}']['skipped']);
        self::assertStringContainsString('ended the process', $routes['/exit']['trouble']);
        self::assertSame([1, 0], [$report['totals']['leak'], $report['totals']['growth']]);

        self::assertSame(1, $document->getElementsByTagName('failure')->length);
        self::assertSame('App\Services\Notebook::$shared was null, is a string of 3 bytes', $document->getElementsByTagName('failure')->item(0)?->attributes?->getNamedItem('message')?->nodeValue);
        self::assertSame(count($routes), $document->getElementsByTagName('testcase')->length);
    }

    #[Test]
    public function routes_behind_a_login_are_called_as_a_user_and_nothing_found_is_success(): void
    {
        [$code, $output] = $this->check(['--path=dashboard', '--path=users/*', '--param=user=1', '--user=1', '--json']);
        $report = json_decode($output, true, 16, JSON_THROW_ON_ERROR);

        self::assertSame(0, $code);
        self::assertSame([array_fill(0, 6, 200), array_fill(0, 6, 200)], array_column($report['routes'], 'statuses'));
    }

    #[Test]
    public function people_read_what_to_do(): void
    {
        [$code, $output] = $this->check(['--path=bleed/static', '--times=2']);

        self::assertSame(1, $code);
        self::assertStringContainsString('leak      App\Services\Notebook::$shared was null', $output);
        self::assertStringContainsString('scoped()', $output);
        self::assertStringContainsString("Found: 1 × leak, 0 × growth, 0 × restored.\n", $output);
    }

    #[Test]
    public function a_check_that_cannot_be_made_says_so(): void
    {
        self::assertSame(2, $this->check(['--path=nowhere'])[0]);
        self::assertSame(2, $this->check(['--times=none'])[0]);
        self::assertSame(2, $this->check(['--param=user'])[0]);
    }

    /**
     * @param  list<string>  $arguments
     * @return array{int, string} exit code and standard output
     */
    private function check(array $arguments): array
    {
        $process = proc_open(
            [PHP_BINARY, 'artisan', 'laravel-rust:check', ...$arguments],
            [['file', '/dev/null', 'r'], ['pipe', 'w'], ['file', '/dev/null', 'w']],
            $pipes,
            DemoApplication::path('12'),
        );
        self::assertIsResource($process);
        $output = (string) stream_get_contents($pipes[1]);

        return [proc_close($process), $output];
    }
}
