<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * Compares one kind of thing with what it was when the watch was made. Looks only; what it sees stays as it is.
 */
interface Watch
{
    /**
     * Everything that differs now, each time anew.
     *
     * @return iterable<Change>
     */
    public function changes(): iterable;
}
