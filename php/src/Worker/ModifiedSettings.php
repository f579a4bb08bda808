<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use FFI;
use RuntimeException;
use Throwable;

/**
 * How many settings of php.ini this process has changed. The engine keeps a list, which PHP shows nobody; to compare all settings
 * takes longer than the rest of a reset, and the length of the list says whether there is anything to compare.
 *
 * Which word of the engine's variables points to the list is found by what happens to it when settings are changed and taken back. Where
 * that fails, count() is null.
 */
final class ModifiedSettings
{
    private const WORDS = 256;

    /** Where in the engine's hash table the number of its elements stands. */
    private const COUNT = 28;

    private mixed $ffi = null;

    private ?int $word = null;

    private int $list = 0;

    private mixed $numbers = null;

    public function __construct()
    {
        if (! Engine::known() || PHP_INT_SIZE !== 8) {
            return;
        }
        try {
            $this->ffi = FFI::cdef('typedef struct { uintptr_t word['.self::WORDS.']; } bridge_words; extern bridge_words executor_globals;');
            $this->word = $this->find(new Memory);
        } catch (Throwable) {
            $this->word = null;
        }
    }

    /** Null where it cannot be told. */
    public function count(): ?int
    {
        if ($this->word === null) {
            return null;
        }
        $list = $this->ffi->executor_globals->word[$this->word];
        if ($list === 0) {
            return 0;
        }
        if ($list !== $this->list) {
            $this->list = $list;
            $this->numbers = $this->ffi->cast('uint32_t *', $list + self::COUNT);
        }

        return $this->numbers[0];
    }

    private function find(Memory $memory): ?int
    {
        $probes = ['error_append_string', 'docref_root', 'docref_ext'];
        $values = array_map(ini_get(...), $probes);
        // One is there in any case, so that there is a list.
        ini_set($probes[0], 'probe');
        $before = $this->counts($memory);
        ini_set($probes[1], 'probe');
        ini_set($probes[2], 'probe');
        $two = $this->counts($memory);
        ini_restore($probes[1]);
        $one = $this->counts($memory);
        ini_restore($probes[2]);
        ini_restore($probes[0]);
        $found = array_filter(array_keys($before), static fn (int $word): bool => ($two[$word] ?? 0) === $before[$word] + 2 && ($one[$word] ?? 0) === $before[$word] + 1);

        return count($found) === 1 && array_map(ini_get(...), $probes) === $values ? array_values($found)[0] : null;
    }

    /**
     * @return array<int, int> by word: what would be the count, if it pointed to a hash table
     */
    private function counts(Memory $memory): array
    {
        $counts = [];
        for ($i = 0; $i < self::WORDS; $i++) {
            $address = $this->ffi->executor_globals->word[$i];
            if ($address > 1 << 16 && $address % 8 === 0) {
                try {
                    $counts[$i] = $memory->half($address + self::COUNT);
                } catch (RuntimeException) {
                    // No address.
                }
            }
        }

        return $counts;
    }
}
