<?php

declare(strict_types=1);

namespace LaravelBridge\Channels;

use LaravelBridge\Exceptions\CannotPublish;

/**
 * Gives messages to everybody who reads a topic at the moment.
 */
interface Publisher
{
    /**
     * Says how many readers there were.
     *
     * @param  string|array<mixed>|\JsonSerializable  $message  a text as it is, anything else as JSON
     * @param  string|null  $event  its name in an event stream; without one browsers call it "message"
     *
     * @throws CannotPublish
     */
    public function publish(string $namespace, string $topic, string|array|\JsonSerializable $message, ?string $event = null): int;
}
