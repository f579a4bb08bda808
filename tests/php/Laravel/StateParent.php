<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

/**
 * A parent with a secret.
 */
abstract class StateParent
{
    private string $secret = 'secret';

    protected function spoilParent(): void
    {
        $this->secret = 'spoilt';
    }

    protected function secret(): string
    {
        return $this->secret;
    }
}
