<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Cache\DynamoDbStore;
use Illuminate\Cache\MemcachedStore;
use Illuminate\Cache\Repository;
use Illuminate\Database\Connection;
use Illuminate\Database\DatabaseManager;
use Illuminate\Filesystem\FilesystemAdapter;
use Illuminate\Foundation\Application;
use Illuminate\Log\Logger;
use Illuminate\Log\LogManager;
use Illuminate\Redis\RedisManager;
use Illuminate\Support\Defer\DeferredCallbackCollection;
use League\Flysystem\Local\LocalFilesystemAdapter;
use ReflectionProperty;

/**
 * What a fork in the middle of a request has from its parent, and what it leaves. The parent goes on using its
 * connections, so they are let go without a word, neither closed nor destroyed: the other end would take it for the
 * parent's goodbye. The fork opens its own when it needs them.
 */
final class Inheritance
{
    /** Managers whose makings hold connections, and the property that has them. */
    private const MADE = ['queue' => 'connections', 'mail.manager' => 'mailers'];

    /** @var list<mixed> what must not be destroyed here */
    private static array $kept = [];

    public function __construct(private readonly Application $app)
    {
    }

    /** In the fork, before anything else. */
    public function enter(): void
    {
        $this->databases();
        $this->redis();
        foreach (self::MADE as $service => $property) {
            $this->forget($service, $property, static fn (): bool => true);
        }
        $this->forget('filesystem', 'disks', static fn (mixed $disk): bool => ! $disk instanceof FilesystemAdapter || ! $disk->getAdapter() instanceof LocalFilesystemAdapter);
        $this->forget('cache', 'stores', static fn (mixed $store): bool => $store instanceof Repository
            && ($store->getStore() instanceof MemcachedStore || $store->getStore() instanceof DynamoDbStore));
        $this->logs();
        foreach ((array) $this->app->make('config')->get('bridge.flush', []) as $service) {
            $this->renew((string) $service);
        }
        // The parent's, which are for it to call.
        $this->renew(DeferredCallbackCollection::class);
        $this->write($this->app, 'terminatingCallbacks', []);
    }

    /** In the fork, when its task is done: what that has put off, and its lines in the log. */
    public function leave(bool $succeeded): void
    {
        (new PutOff($this->app))->run($succeeded);
        (new Disconnector($this->app))->closeLogs();
    }

    private function databases(): void
    {
        $manager = $this->app->resolved('db') ? $this->app->make('db') : null;
        if (! $manager instanceof DatabaseManager) {
            return;
        }
        // The callbacks in there wait for transactions of the parent's.
        $this->renew('db.transactions');
        foreach ($manager->getConnections() as $connection) {
            if ($this->app->bound('db.transactions')) {
                $connection->setTransactionManager($this->app->make('db.transactions'));
            }
            // One in memory is a copy of the parent's; anew it would be empty.
            if (! self::inMemory($connection)) {
                array_push(self::$kept, $connection->getRawPdo(), $connection->getRawReadPdo());
                $connection->setPdo(null)->setReadPdo(null);
            }
        }
    }

    private static function inMemory(Connection $connection): bool
    {
        return $connection->getDriverName() === 'sqlite' && preg_match('/:memory:|[?&]mode=memory/', $connection->getDatabaseName()) === 1;
    }

    private function redis(): void
    {
        $redis = $this->app->resolved('redis') ? $this->app->make('redis') : null;
        if ($redis instanceof RedisManager) {
            foreach ($redis->connections() ?? [] as $name => $connection) {
                self::$kept[] = $connection;
                $redis->purge((string) $name);
            }
        }
    }

    /** Lines that the parent's handlers hold back are the parent's to write. The context stays. */
    private function logs(): void
    {
        $manager = $this->app->resolved('log') ? $this->app->make('log') : null;
        if (! $manager instanceof LogManager) {
            return;
        }
        foreach ($manager->getChannels() as $name => $channel) {
            if (! $channel instanceof Logger || ! is_array($this->app->make('config')->get("logging.channels.{$name}"))) {
                continue;
            }
            self::$kept[] = $channel;
            $context = (array) $this->read($channel, 'context');
            $manager->forgetChannel((string) $name);
            $fresh = $context === [] ? null : $manager->channel((string) $name);
            if ($fresh instanceof Logger) {
                $fresh->withContext($context);
            }
        }
    }

    private function renew(string $service): void
    {
        if ($this->app->resolved($service)) {
            self::$kept[] = $this->app->make($service);
            $this->app->forgetInstance($service);
        }
    }

    /**
     * @param  callable(mixed): bool  $which
     */
    private function forget(string $service, string $property, callable $which): void
    {
        $manager = $this->app->resolved($service) ? $this->app->make($service) : null;
        if ($manager === null || ! property_exists($manager, $property)) {
            // Another one has taken its place: a fake, in a test.
            return;
        }
        $made = (array) $this->read($manager, $property);
        $forgotten = array_filter($made, $which);
        self::$kept[] = $forgotten;
        $this->write($manager, $property, array_diff_key($made, $forgotten));
    }

    private function read(object $object, string $name): mixed
    {
        $property = new ReflectionProperty($object, $name);
        $property->setAccessible(true);

        return $property->getValue($object);
    }

    private function write(object $object, string $name, mixed $value): void
    {
        $property = new ReflectionProperty($object, $name);
        $property->setAccessible(true);
        $property->setValue($object, $value);
    }
}
