<?php

declare(strict_types=1);

namespace LaravelBridge\Testing;

use LaravelBridge\Channels\Publisher;

/**
 * Keeps what is published, for tests of applications: `$this->app->instance(Publisher::class, $published = new FakePublisher)`.
 */
final class FakePublisher implements Publisher
{
    /** @var list<array{namespace: string, topic: string, message: mixed, event: string|null}> */
    public array $messages = [];

    /**
     * @param  int  $readers  as many as it says there were
     */
    public function __construct(private readonly int $readers = 0)
    {
    }

    public function publish(string $namespace, string $topic, string|array|\JsonSerializable $message, ?string $event = null): int
    {
        $this->messages[] = compact('namespace', 'topic', 'message', 'event');

        return $this->readers;
    }
}
