<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Foundation as Contracts;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Application as Laravel;
use Illuminate\Foundation\Bootstrap\BootProviders;
use LaravelBridge\Http\EarlyHints;
use LaravelBridge\Http\RequestFactory;
use LaravelBridge\Laravel\Resetters\Dumps;
use LaravelBridge\Octane\OctaneServices;
use LaravelBridge\Shared\Memory;
use LaravelBridge\Wire;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Worker\Application;
use LaravelBridge\Worker\Output;
use RuntimeException;
use Throwable;

/**
 * An application that the request boots, as public/index.php does under PHP-FPM: its providers see that request, and
 * nothing of another one. For a process that serves one request, or ticks.
 */
final class FreshApplication implements Application
{
    private readonly RequestFactory $requests;

    private ?Laravel $app = null;

    private ?KernelRun $run = null;

    private ?BootedApplication $ticking = null;

    /** Of the running request, for what is told before the application can tell anything. */
    private string $id = '';

    public function __construct(
        private readonly ApplicationFile $file,
        string $publicPath,
        private readonly string $version,
        private readonly Memory $memory,
        private readonly bool $ticks,
    ) {
        $this->requests = new RequestFactory($publicPath);
    }

    public function version(): string
    {
        return $this->version;
    }

    public function path(): string
    {
        return $this->file->path;
    }

    public function forked(): void
    {
    }

    /** Each is. */
    public function last(): void
    {
    }

    public function handle(Wire\Request $request, Answer $answer, Output $output): void
    {
        $this->id = $request->id;
        EarlyHints::belongTo($answer);
        $asked = $this->requests->make($request);
        try {
            $this->app = $app = $this->file->make();
            OctaneServices::bind($app, $this->memory);
            $app->afterBootstrapping(BootProviders::class, self::prepare(...));
            $this->run = new KernelRun($app, $app->make(Kernel::class), $this->report(...));
        } catch (Throwable $e) {
            // Nobody is there yet who could make a page of it.
            $this->report($e);
            $answer->head(500, [['Content-Type', 'text/plain; charset=UTF-8']]);
            $answer->bytes("Internal Server Error\n");
            $answer->end(memory_get_peak_usage());

            return;
        }
        $this->run->handle($asked, $answer, $output);
    }

    public function ticks(): bool
    {
        return $this->ticks;
    }

    /** A second is too short for a boot: the process that ticks keeps one application, put back after each. */
    public function tick(): void
    {
        try {
            $this->ticking ??= (new ApplicationFactory($this->file->path, memory: $this->memory))->boot(static fn () => null);
        } catch (Throwable $e) {
            $this->report($e);

            return;
        }
        $this->ticking->tick();
    }

    /** Whatever has changed, the next request finds it. */
    public function changedBoot(): ?string
    {
        return null;
    }

    public function terminate(): void
    {
        $this->run?->terminate();
    }

    /** There is nothing to come back to: the process ends. */
    public function reset(): void
    {
        $this->run?->forget();
        $this->requests->forget();
    }

    private static function prepare(Contracts\Application $app): void
    {
        RequestId::addToExceptions($app);
        new Dumps($app);
    }

    public function findings(): array
    {
        return [];
    }

    public function report(Throwable $e): void
    {
        try {
            if ($this->app !== null && $this->app->hasBeenBootstrapped()) {
                $this->app->make(ExceptionHandler::class)->report($e);

                return;
            }
        } catch (Throwable $second) {
            $e = new RuntimeException("{$e}\nand while that was reported: {$second}");
        }
        fwrite(STDERR, "request {$this->id}: {$e}\n");
    }

    public function stop(): void
    {
        $this->ticking?->stop();
        if ($this->app !== null) {
            (new Disconnector($this->app))->closeLogs();
        }
    }
}
