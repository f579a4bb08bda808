<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Foundation\Application as Laravel;
use Illuminate\Contracts\Http\Kernel;
use LaravelBridge\Http\EarlyHints;
use LaravelBridge\Http\RequestFactory;
use LaravelBridge\Laravel\Detection\Detector;
use LaravelBridge\Laravel\Detection\Finding;
use LaravelBridge\Wire;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Worker\Application;
use LaravelBridge\Worker\Output;
use Throwable;

/**
 * A booted, warm and disconnected Laravel application, as the worker loop sees it.
 */
final class BootedApplication implements Application
{
    private readonly RequestFactory $requests;

    private readonly KernelRun $run;

    private readonly Lifecycle $lifecycle;

    private readonly Sandbox $sandbox;

    private readonly BootFiles $bootFiles;

    private int $begun = 0;

    private bool $last = false;

    public function __construct(
        private readonly Laravel $app,
        private readonly string $path,
        string $publicPath,
        private readonly ?Detector $detector = null,
        ?Lifecycle $lifecycle = null,
    ) {
        $this->requests = new RequestFactory($publicPath);
        $this->lifecycle = $lifecycle ?? new Lifecycle($app);
        $this->run = new KernelRun($app, $app->make(Kernel::class), $this->report(...), $this->lifecycle);
        RequestId::addToExceptions($app);
        $this->sandbox = new Sandbox($app);
        $this->bootFiles = BootFiles::of($app);
    }

    public function version(): string
    {
        return $this->app->version();
    }

    public function path(): string
    {
        return $this->path;
    }

    public function forked(): void
    {
        $this->sandbox->forked();
    }

    public function last(): void
    {
        $this->last = true;
    }

    public function handle(Wire\Request $request, Answer $answer, Output $output): void
    {
        if (! $this->last) {
            $this->sandbox->watch();
        }
        $this->begun = time();
        $this->detector?->begin();
        EarlyHints::belongTo($answer);
        $this->run->handle($this->requests->make($request), $answer, $output);
    }

    public function changedBoot(): ?string
    {
        return $this->bootFiles->writtenSince($this->begun);
    }

    public function terminate(): void
    {
        $this->run->terminate();
    }

    public function reset(): void
    {
        $this->run->forget();
        $this->requests->forget();
        $this->detector?->beforeReset();
        $this->sandbox->reset($this->last);
        $this->detector?->afterReset();
    }

    public function ticks(): bool
    {
        try {
            return $this->lifecycle->ticks();
        } catch (Throwable $e) {
            $this->report($e);

            return false;
        }
    }

    public function tick(): void
    {
        $this->sandbox->watch();
        $succeeded = false;
        $putOff = function () use (&$succeeded): void {
            (new PutOff($this->app))->run($succeeded);
        };
        foreach ([$this->lifecycle->tick(...), $putOff, $this->sandbox->reset(...)] as $work) {
            try {
                $work();
                $succeeded = true;
            } catch (Throwable $e) {
                $this->report($e);
            }
        }
    }

    public function findings(): array
    {
        return $this->detector === null ? [] : array_map(static fn (Finding $finding): array => $finding->toArray(), $this->detector->take());
    }

    public function report(Throwable $e): void
    {
        try {
            $this->lifecycle->errorOccurred($e);
            $this->app->make(ExceptionHandler::class)->report($e);
        } catch (Throwable $second) {
            fwrite(STDERR, "{$e}\nand while that was reported: {$second}\n");
        }
    }

    public function stop(): void
    {
        $summary = $this->detector?->summary();
        if ($summary !== null) {
            fwrite(STDERR, 'worker '.getmypid().": {$summary}\n");
        }
        try {
            $this->lifecycle->workerStopping();
        } catch (Throwable $e) {
            $this->report($e);
        }
        (new Disconnector($this->app))->closeLogs();
    }
}
