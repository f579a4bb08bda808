<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use ArrayObject;
use SplDoublyLinkedList;
use SplObjectStorage;
use stdClass;
use WeakMap;

/**
 * What objects of PHP's own classes hold beside their properties, as it was at a moment.
 */
final class InternalState
{
    /**
     * @param  array<array-key, mixed>  $contents
     */
    private function __construct(private readonly object $object, private readonly array $contents)
    {
    }

    /** Null for an object of another class. */
    public static function of(object $object): ?self
    {
        $contents = self::contents($object);

        return $contents === null ? null : new self($object, $contents);
    }

    /**
     * @return bool whether anything had been changed
     */
    public function restore(): bool
    {
        if (self::contents($this->object) === $this->contents) {
            return false;
        }
        match (true) {
            $this->object instanceof ArrayObject => $this->object->exchangeArray($this->contents),
            $this->object instanceof SplObjectStorage, $this->object instanceof WeakMap => $this->refill($this->object),
            $this->object instanceof SplDoublyLinkedList => $this->requeue($this->object),
            default => $this->reset($this->object),
        };

        return true;
    }

    /**
     * @return list<object>
     */
    public function objects(): array
    {
        $objects = [];
        $contents = $this->contents;
        array_walk_recursive($contents, static function (mixed $value) use (&$objects): void {
            if (is_object($value)) {
                $objects[] = $value;
            }
        });

        return $objects;
    }

    /**
     * @return array<array-key, mixed>|null
     */
    private static function contents(object $object): ?array
    {
        return match (true) {
            $object instanceof ArrayObject => $object->getArrayCopy(),
            $object instanceof SplObjectStorage => self::pairs($object),
            $object instanceof SplDoublyLinkedList => array_values((array) ($object->__serialize()[1] ?? [])),
            $object instanceof WeakMap => self::entries($object),
            $object::class === stdClass::class => (array) $object,
            default => null,
        };
    }

    /**
     * @param  SplObjectStorage<object, mixed>  $storage
     * @return list<array{object, mixed}>
     */
    private static function pairs(SplObjectStorage $storage): array
    {
        // Not by iterating: that would move the place where an iteration stands.
        /** @var list<array{object, mixed}> $pairs */
        $pairs = array_chunk((array) $storage->__serialize()[0], 2);

        return $pairs;
    }

    /**
     * @param  WeakMap<object, mixed>  $map
     * @return list<array{object, mixed}>
     */
    private static function entries(WeakMap $map): array
    {
        $entries = [];
        foreach ($map as $key => $value) {
            $entries[] = [$key, $value];
        }

        return $entries;
    }

    /**
     * @param  SplObjectStorage<object, mixed>|WeakMap<object, mixed>  $holder
     */
    private function refill(SplObjectStorage|WeakMap $holder): void
    {
        foreach ($holder instanceof WeakMap ? self::entries($holder) : self::pairs($holder) as [$key]) {
            unset($holder[$key]);
        }
        foreach ($this->contents as [$key, $value]) {
            $holder[$key] = $value;
        }
    }

    /**
     * @param  SplDoublyLinkedList<mixed>  $list
     */
    private function requeue(SplDoublyLinkedList $list): void
    {
        while (! $list->isEmpty()) {
            $list->pop();
        }
        foreach ($this->contents as $value) {
            $list->push($value);
        }
    }

    private function reset(object $object): void
    {
        foreach (array_diff_key((array) $object, $this->contents) as $name => $_) {
            unset($object->$name);
        }
        foreach ($this->contents as $name => $value) {
            $object->$name = $value;
        }
    }
}
