<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use Illuminate\Foundation\Application;
use LaravelBridge\Testing\FakeServer;
use LaravelBridge\Tests\Support\HandlerProcess;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\RequiresPhpExtension;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * WORKER_ISOLATION=boot, from the handler's side.
 */
#[RequiresPhpExtension('pcntl')]
final class RehearsalTest extends TestCase
{
    private ?HandlerProcess $handler = null;

    private string $path = '';

    protected function tearDown(): void
    {
        $this->handler?->stop();
        if ($this->path !== '') {
            SmallLaravel::remove($this->path);
        }
    }

    #[Test]
    public function the_handler_knows_the_version_and_nothing_that_providers_made(): void
    {
        $handler = $this->handler('$GLOBALS["made"] = ($GLOBALS["made"] ?? 0) + 1; Illuminate\Support\Facades\Route::get("/made", fn () => [$GLOBALS["made"], request()->path()]);')->ready();
        self::assertSame(Application::VERSION, FakeServer::connect($handler->socket)->welcome()['laravel'] ?? null);

        foreach ([1, 2] as $ignored) {
            $answer = $handler->worker()->exchange('GET', '/made');
            self::assertSame([200, [1, 'made'], true], [$answer->status(), $answer->json(), $answer->ready['retire'] ?? null]);
        }
    }

    #[Test]
    public function a_route_that_wants_a_resident_worker_does_not_get_one(): void
    {
        $answer = $this->handler('')->ready()->worker()->exchange('GET', '/nowhere', ['isolate' => false]);

        self::assertSame([404, true], [$answer->status(), $answer->ready['retire'] ?? null]);
    }

    #[Test]
    public function who_listens_to_ticks_is_told_in_an_application_of_its_own(): void
    {
        $file = (string) tempnam(sys_get_temp_dir(), 'ticks');
        $handler = $this->handler('$made = getmypid(); Illuminate\Support\Facades\Event::listen(LaravelBridge\Events\TickReceived::class, fn () => file_put_contents('
            .var_export($file, true).', $made === getmypid() ? "." : "not its own", FILE_APPEND));')->ready();
        $handler->worker();

        self::assertTrue(HandlerProcess::comesTrue(static fn (): bool => (string) file_get_contents($file) === '..'));
        unlink($file);
    }

    #[Test]
    public function a_boot_that_fails_is_told_as_it_is(): void
    {
        $failed = $this->failed('throw new DomainException("no tenant");');
        self::assertSame(['bootstrap', 'DomainException', 'no tenant'], [$failed['step'], $failed['class'], $failed['message']]);
        self::assertStringContainsString('bootstrap/app.php', (string) $failed['file']);
    }

    #[Test]
    public function a_boot_that_ends_its_process_is_told_too(): void
    {
        $failed = $this->failed('exit(3);');

        self::assertStringContainsString('[boot of the application] ended its process', (string) $failed['message']);
        self::assertSame(1, $this->handler?->exitCode());
    }

    /**
     * @return array<string, mixed>
     */
    private function failed(string $provider): array
    {
        $messages = $this->handler($provider)->until('failed');

        return $messages[count($messages) - 1];
    }

    private function handler(string $provider): HandlerProcess
    {
        return $this->handler = HandlerProcess::laravel($this->path = SmallLaravel::write($provider), ['WORKER_ISOLATION' => 'boot']);
    }
}
