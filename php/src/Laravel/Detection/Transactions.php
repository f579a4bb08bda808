<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\DatabaseManager;

/**
 * Transactions that a request began and did not end.
 */
final class Transactions implements Watch
{
    private const ADVICE = 'Use DB::transaction(), which ends by itself, or commit and roll back in a finally. Until it is rolled back it blocks others.';

    public function __construct(private readonly Application $app)
    {
    }

    public function changes(): iterable
    {
        $databases = $this->app->resolved('db') ? $this->app->make('db') : null;
        if (! $databases instanceof DatabaseManager) {
            return;
        }
        foreach ($databases->getConnections() as $name => $connection) {
            if ($connection->transactionLevel() > 0) {
                yield new Change("open transaction on \"{$name}\"", null, 0, $connection->transactionLevel(), self::ADVICE);
            }
        }
    }
}
