<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Closure;
use Throwable;

/**
 * What a request registers with register_shutdown_function() runs at its end, not at that of the process: each request has
 * a list of its own, beside that of the process, which is put aside meanwhile.
 *
 * The first function on a request's list is ours. It matters where the process ends inside of the request: then the list of
 * the process runs first, as it would have.
 *
 * Without FFI there is one list, and what a request registers runs when its worker ends (docs/differences.md).
 */
final class ShutdownFunctions
{
    private readonly bool $possible;

    /** The list of the process while that of a request is in its place; else 0. */
    private int $own = 0;

    private bool $calling = false;

    /** Whether the calls of this request have begun. */
    private bool $called = false;

    /**
     * @param  Closure(bool): void  $ending  called where the process ends inside of a request, after the functions of the process
     *                                       and before those of the request; true: those have run already, and one of them
     *                                       has ended the process
     */
    public function __construct(private readonly Native $native, private readonly Closure $ending)
    {
        $this->possible = $this->native->reachesShutdownFunctions();
    }

    /** Whether a request's list is in place: the process's own functions have nothing to do with its end. */
    public function apart(): bool
    {
        return $this->own !== 0;
    }

    public function begin(): void
    {
        if ($this->possible) {
            $this->own = (int) $this->native->shutdownFunctions();
            $this->native->setShutdownFunctions(0);
            register_shutdown_function($this->ending(...));
        }
    }

    /**
     * Calls what the request has registered, when it is over.
     */
    public function call(): void
    {
        if ($this->own === 0) {
            return;
        }
        $this->calling = true;
        try {
            if ($this->native->countShutdownFunctions((int) $this->native->shutdownFunctions()) > 1) {
                $this->native->callShutdownFunctions();
            }
        } finally {
            $this->calling = $this->called = false;
            $this->native->freeShutdownFunctions();
            $this->native->setShutdownFunctions($this->own);
            $this->own = 0;
        }
    }

    /** The first of a request's functions. */
    private function ending(): void
    {
        if ($this->calling && ! $this->called) {
            $this->called = true;

            return;
        }
        $list = (int) $this->native->shutdownFunctions();
        $this->native->setShutdownFunctions($this->own);
        try {
            $this->native->callShutdownFunctions();
        } catch (Throwable $e) {
            fwrite(STDERR, "{$e}\n");
        }
        $this->native->setShutdownFunctions($list);
        ($this->ending)($this->called);
    }
}
