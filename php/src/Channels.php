<?php

declare(strict_types=1);

namespace LaravelBridge;

use Illuminate\Container\Container;
use LaravelBridge\Channels\HttpPublisher;
use LaravelBridge\Channels\Publisher;
use LaravelBridge\Exceptions\CannotPublish;

/**
 * The topics of the server (PUBSUB_MOUNT): browsers and programs read them as event streams, which keeps no PHP worker busy, and the application publishes
 * from wherever it runs.
 *
 *     Channels::publish('orders', "customer-{$id}", ['status' => 'paid'], event: 'changed');
 */
final class Channels
{
    /**
     * Gives a message to everybody who reads that topic now, and says how many these are.
     *
     * @param  string|array<mixed>|\JsonSerializable  $message  a text as it is, anything else as JSON
     *
     * @throws CannotPublish
     */
    public static function publish(string $namespace, string $topic, string|array|\JsonSerializable $message, ?string $event = null): int
    {
        return self::publisher(Container::getInstance())->publish($namespace, $topic, $message, $event);
    }

    private static function publisher(Container $container): Publisher
    {
        // Nothing is bound before it is used: most requests publish nothing.
        return $container->bound(Publisher::class)
            ? $container->make(Publisher::class)
            : HttpPublisher::fromConfig($container->make('config')->get('bridge.pubsub'));
    }
}
