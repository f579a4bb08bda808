<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Concurrency;

use Illuminate\Log\Logger;
use Monolog\Handler\BufferHandler;
use Monolog\Logger as Monolog;

/** A channel's tap: lines wait in memory until the channel is closed. */
final class HoldBack
{
    public function __invoke(Logger $logger): void
    {
        $monolog = $logger->getLogger();
        assert($monolog instanceof Monolog);
        $monolog->setHandlers(array_map(static fn ($handler) => new BufferHandler($handler), $monolog->getHandlers()));
    }
}
