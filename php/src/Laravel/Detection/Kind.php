<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * What a finding means for the next request.
 */
enum Kind: string
{
    /** It finds what this request left behind. */
    case Leak = 'leak';

    /** Memory, descriptors or an array grow with each request. */
    case Growth = 'growth';

    /** It finds nothing: the sandbox has put it back. Another server might not. */
    case Restored = 'restored';

    /** A package has written something once, as caches do; more is not known yet. */
    case Kept = 'kept';

    public function isTrouble(): bool
    {
        return $this === self::Leak || $this === self::Growth;
    }
}
