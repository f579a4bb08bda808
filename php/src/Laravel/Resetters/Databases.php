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
 * and reported), the query log, the note that something was written (sticky reads), the watch on long queries, callbacks. One on
 * which a statement has changed what the database keeps of it (SET, temporary tables, locks) is opened anew by the next request, and
 * so is one that this request has made, whose statements nobody has looked at.
 */
final class Databases implements Resetter
{
    /** Of a connection: what requests change. The connection itself, and what is known of it, stays. */
    private const STATE = [
        'recordsModified', 'readOnWriteConnection', 'queryLog', 'loggingQueries', 'totalQueryDuration', 'queryDurationHandlers', 'pretending',
        'beforeStartingTransaction', 'beforeExecutingCallbacks', 'fetchMode',
    ];

    /** Statements whose effect lasts as long as the connection. */
    private const LASTING = '/^\s*(?:set|use|lock|attach|detach|listen|prepare|declare|discard|reset|alter\s+session|exec(?:ute)?)\b|^\s*pragma\b[^;]*='
        .'|^\s*create\s+(?:or\s+replace\s+)?(?:local\s+|global\s+)?temp|\bget_lock\s*\(|_advisory_lock|\bset_config\s*\(/i';

    private readonly ?DatabaseManager $manager;

    /** @var array<int, true> by number: connections on which such a statement ran */
    private array $changed = [];

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
            $this->watch($connection);
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
        $connections = $this->manager->getConnections();
        foreach ($connections as $name => $connection) {
            if ($connection->transactionLevel() > 0) {
                $this->rollBack((string) $name, $connection);
            }
            $number = spl_object_id($connection);
            if (isset($this->connections[$number])) {
                $this->connections[$number]->restore();
            } else {
                self::pristine($connection)->restore();
                $this->watch($connection);
                $this->changed[$number] = true;
            }
            if (isset($this->changed[$number])) {
                unset($this->changed[$number]);
                $connection->disconnect();
            }
            if ($this->disconnect !== false && ($this->disconnect === true || in_array($name, $this->disconnect, true))) {
                $connection->disconnect();
            }
        }
        if (count($this->connections) > count($connections)) {
            // Those of tenants are made and purged by each request.
            $this->connections = array_intersect_key($this->connections, array_flip(array_map(spl_object_id(...), $connections)));
        }
        foreach ($this->transactions as $state) {
            $state->restore();
        }
    }

    private function watch(Connection $connection): void
    {
        $number = spl_object_id($connection);
        $connection->beforeExecuting(function (string $query) use ($number): void {
            if (preg_match(self::LASTING, $query) === 1) {
                $this->changed[$number] = true;
            }
        });
        $this->connections[$number] = ObjectState::only($connection, self::STATE);
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
