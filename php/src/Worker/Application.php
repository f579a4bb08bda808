<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\Request;
use Throwable;

/**
 * What the worker loop needs of a booted application. Laravel\BootedApplication is the real one, Testing\FakeApplication
 * the one for tests.
 *
 * The calls come in this order: forked once, then for each request (last and) handle with changedBoot in it, terminate, reset, findings; stop at the end. In
 * the process that ticks: forked, then tick, and stop at the end.
 */
interface Application
{
    /** The framework's version. */
    public function version(): string;

    /** The base path as it was started, links kept. */
    public function path(): string;

    /** In the new process, before its first request: what must differ between processes is renewed. */
    public function forked(): void;

    /** The next request is the last one of this process. */
    public function last(): void;

    /** Runs the request and gives the whole answer, its end included. */
    public function handle(Request $request, Answer $answer, Output $output): void;

    /**
     * What the running request has changed of that which the application was booted from, in words for the log; null:
     * nothing. Asked before the end of its answer. Never throws.
     */
    public function changedBoot(): ?string;

    /** Work that the client does not wait for. */
    public function terminate(): void;

    /** Brings everything that the request touched back to what it was at the fork. */
    public function reset(): void;

    /**
     * What the detector found after the last request, as the members of the wire's "findings"; nothing while it is off.
     *
     * @return list<array{kind: string, place: string, what: string, route: string, advice: string}>
     */
    public function findings(): array;

    /** Whether something is to be done once a second, in a process of its own. Never throws. */
    public function ticks(): bool;

    /** Does that, and brings everything back as after a request. Never throws. */
    public function tick(): void;

    /** Tells the application's log, and nobody else. Never throws. */
    public function report(Throwable $e): void;

    /** The process is about to end without running destructors. */
    public function stop(): void;
}
