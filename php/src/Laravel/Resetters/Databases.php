<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\Connection;
use Illuminate\Database\DatabaseManager;
use Illuminate\Database\DatabaseTransactionsManager;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;
use Psr\Log\LoggerInterface;

/**
 * Connections stay open from request to request. What a request leaves on them does not: open transactions (rolled back
 * and reported), the query log, the note that something was written (sticky reads), the watch on long queries.
 */
final class Databases implements Resetter
{
    private readonly ?DatabaseManager $manager;

    /** @var array<string, bool> connections that log queries since boot */
    private array $logging = [];

    /** @var list<ObjectState> the manager of transactions, and the lists of what is to run after their commit */
    private array $transactions = [];

    /** @var bool|list<string> connections that each request opens anew */
    private readonly bool|array $disconnect;

    public function __construct(private readonly Application $app)
    {
        $disconnect = $app->make('config')->get('bridge.disconnect', false);
        $this->disconnect = is_array($disconnect) ? array_values(array_filter($disconnect, is_string(...))) : (bool) $disconnect;
        $manager = $app->resolved('db') ? $app->make('db') : null;
        $this->manager = $manager instanceof DatabaseManager ? $manager : null;
        foreach ($this->manager?->getConnections() ?? [] as $name => $connection) {
            $this->logging[$name] = $connection->logging();
        }
        $transactions = $app->resolved('db.transactions') ? $app->make('db.transactions') : null;
        if ($transactions instanceof DatabaseTransactionsManager) {
            $state = ObjectState::of($transactions);
            $this->transactions = [$state, ...array_map(ObjectState::of(...), $state->objects())];
        }
    }

    public function reset(): void
    {
        if ($this->manager === null) {
            return;
        }
        foreach ($this->manager->getConnections() as $name => $connection) {
            $this->clean((string) $name, $connection);
            if ($this->disconnect === true || in_array($name, $this->disconnect ?: [], true)) {
                $connection->disconnect();
            }
        }
        foreach ($this->transactions as $state) {
            $state->restore();
        }
    }

    private function clean(string $name, Connection $connection): void
    {
        if ($connection->transactionLevel() > 0) {
            $levels = $connection->transactionLevel();
            $connection->rollBack(0);
            $this->app->make(LoggerInterface::class)->warning(
                "A request left {$levels} transaction(s) open on the database connection \"{$name}\"; rolled back.",
            );
        }
        if ($connection->logging()) {
            $connection->flushQueryLog();
            if (! ($this->logging[$name] ?? false)) {
                $connection->disableQueryLog();
            }
        }
        $connection->forgetRecordModificationState();
        $connection->resetTotalQueryDuration();
        $connection->allowQueryDurationHandlersToRunAgain();
    }
}
