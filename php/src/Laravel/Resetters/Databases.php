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
use ReflectionClass;

/**
 * Connections stay open from request to request. What a request leaves on them does not: open transactions (rolled back
 * and reported), the query log, the note that something was written (sticky reads), the watch on long queries, callbacks.
 */
final class Databases implements Resetter
{
    /** Of a connection: what requests change. The connection itself, and what is known of it, stays. */
    private const STATE = [
        'recordsModified', 'readOnWriteConnection', 'queryLog', 'loggingQueries', 'totalQueryDuration', 'queryDurationHandlers', 'pretending',
        'beforeStartingTransaction', 'beforeExecutingCallbacks', 'fetchMode',
    ];

    private readonly ?DatabaseManager $manager;

    /** @var array<int, ObjectState> by the number of the connection */
    private array $connections = [];

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
        foreach ($this->manager?->getConnections() ?? [] as $connection) {
            $this->connections[spl_object_id($connection)] = ObjectState::only($connection, self::STATE);
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
            if ($connection->transactionLevel() > 0) {
                $this->rollBack((string) $name, $connection);
            }
            ($this->connections[spl_object_id($connection)] ??= self::pristine($connection))->restore();
            if ($this->disconnect !== false && ($this->disconnect === true || in_array($name, $this->disconnect, true))) {
                $connection->disconnect();
            }
        }
        foreach ($this->transactions as $state) {
            $state->restore();
        }
    }

    private function rollBack(string $name, Connection $connection): void
    {
        $levels = $connection->transactionLevel();
        $connection->rollBack(0);
        $this->app->make(LoggerInterface::class)->warning(
            "A request left {$levels} transaction(s) open on the database connection \"{$name}\"; rolled back.",
        );
    }

    /**
     * A connection that a request has made: as its class declares it.
     */
    private static function pristine(Connection $connection): ObjectState
    {
        $fresh = (new ReflectionClass($connection))->newInstanceWithoutConstructor();

        return ObjectState::only($fresh, self::STATE)->for($connection);
    }
}
