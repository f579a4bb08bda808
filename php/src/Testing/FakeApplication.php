<?php

declare(strict_types=1);

namespace LaravelBridge\Testing;

use Closure;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\Request;
use LaravelBridge\Worker\Application;
use LaravelBridge\Worker\Output;
use Throwable;

/**
 * An application without a framework: a closure that answers, and a diary of what it was told.
 */
final class FakeApplication implements Application
{
    /** @var list<string> */
    public array $diary = [];

    /** @var list<Throwable> */
    public array $reported = [];

    public ?string $changedBoot = null;

    /** @var (Closure(): void)|null */
    public ?Closure $tick = null;

    /** @var list<array{kind: string, place: string, what: string, route: string, advice: string}> said once, after the next request */
    public array $findings = [];

    /**
     * @param  (Closure(Request, Answer, Output): void)|null  $handle  by default says the method and the target
     * @param  (Closure(): void)|null  $terminate
     */
    public function __construct(private readonly ?Closure $handle = null, private readonly ?Closure $terminate = null)
    {
    }

    public function version(): string
    {
        return '0.0.0';
    }

    public function path(): string
    {
        return '/fake';
    }

    public function forked(): void
    {
        $this->diary[] = 'forked';
    }

    public function last(): void
    {
        $this->diary[] = 'last';
    }

    public function handle(Request $request, Answer $answer, Output $output): void
    {
        $this->diary[] = "handle {$request->target}";
        if ($this->handle !== null) {
            ($this->handle)($request, $answer, $output);

            return;
        }
        $answer->head(200, [['Content-Type', 'text/plain']]);
        $answer->bytes("{$request->method} {$request->target}");
        $answer->end();
    }

    public function changedBoot(): ?string
    {
        return $this->changedBoot;
    }

    public function terminate(): void
    {
        $this->diary[] = 'terminate';
        if ($this->terminate !== null) {
            ($this->terminate)();
        }
    }

    public function reset(): void
    {
        $this->diary[] = 'reset';
    }

    public function ticks(): bool
    {
        return $this->tick !== null;
    }

    public function tick(): void
    {
        if ($this->tick !== null) {
            ($this->tick)();
        }
    }

    public function findings(): array
    {
        $findings = $this->findings;
        $this->findings = [];

        return $findings;
    }

    public function report(Throwable $e): void
    {
        $this->reported[] = $e;
    }

    public function stop(): void
    {
        $this->diary[] = 'stop';
    }
}
