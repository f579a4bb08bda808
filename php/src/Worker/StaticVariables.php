<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use FFI;
use ReflectionFunction;
use ReflectionMethod;
use RuntimeException;
use Throwable;

/**
 * "static $x" inside of functions and methods: what each holds at a moment, and how it comes back. PHP's own functions can only
 * read it. The engine keeps a table of values for each function that was called, and makes a new one from the function's
 * declaration where there is none; to take it away is what PHP itself does at the end of a web request.
 *
 * Nothing is touched before the engine's structures have proved to be what they are taken for: a function of our own is looked
 * at through /proc/self/mem, where a wrong address is an error and no crash. Where that fails (another PHP, threads, no FFI, no
 * /proc), nothing happens, and docs/differences.md says what is missing.
 *
 * The addresses of functions hold as long as the process lives, and in those forked from it.
 */
final class StaticVariables
{
    private const DECLARATIONS = <<<'C'
        typedef struct { uintptr_t word[128]; } bridge_words;
        extern bridge_words compiler_globals;
        uintptr_t zend_strpprintf(size_t limit, const char *format, ...);
        uintptr_t zend_lookup_class(uintptr_t name);
        uintptr_t zend_fetch_function_str(const char *name, size_t length);
        uintptr_t zend_hash_str_find(uintptr_t table, const char *key, size_t length);
        uintptr_t zend_array_dup(uintptr_t table);
        void zend_array_destroy(uintptr_t table);
        uintptr_t zend_read_static_property(uintptr_t class, const char *name, size_t length, bool silent);
        void zval_ptr_dtor(uintptr_t value);
        C;

    private const WORDS = 128;

    /** Of a class, in bytes: where its table of methods begins. */
    private const METHODS = 64;

    /** Of a hash table, in bytes: its elements, how many places are in use, how many elements there are. */
    private const ELEMENTS = 16;

    private const USED = 24;

    private const COUNT = 28;

    /** The size of an element, in words. */
    private const ELEMENT = 4;

    /** Of a function, in words: its name, its class. */
    private const NAME = 1;

    private const CLASS_OF = 2;

    /** Of a string, in bytes: its length, its first byte. */
    private const LENGTH = 16;

    private const BYTES = 24;

    private mixed $ffi = null;

    /** The word of compiler_globals that points to the table where cached functions keep what is theirs in this process. */
    private int $table = 0;

    /** The word of a function that says where its values are; what it declares is in the next. */
    private int $values = 0;

    /** Of a value, in bytes: its type; and that of a reference. */
    private const TYPE = 8;

    private const REFERENCE = 10;

    private bool $available = false;

    /** What the last look at that word said, and the table as an array. */
    private int $tableAddress = -1;

    private mixed $slots = null;

    /** @var array<int, int> by the function's place in that table: its values, a copy; 0: never called */
    private array $cached = [];

    /** @var array<int, int> the same for others, by the address of the word */
    private array $direct = [];

    public function __construct()
    {
        if (! Engine::known() || PHP_INT_SIZE !== 8) {
            return;
        }
        try {
            $this->ffi = FFI::cdef(self::DECLARATIONS);
            $this->available = $this->findTable() && $this->findValues() && $this->works();
        } catch (Throwable) {
            $this->available = false;
        }
    }

    public function available(): bool
    {
        return $this->available;
    }

    /**
     * What the function's variables hold now is what they come back to.
     */
    public function remember(ReflectionFunction|ReflectionMethod $function): void
    {
        $address = $this->available ? $this->addressOf($function) : 0;
        // The next word is what it declares.
        if ($address === 0 || $this->words($address)[$this->values + 1] === 0) {
            return;
        }
        $now = $function->getStaticVariables();
        [$slots, $place] = $this->placeOf($address);
        $values = $slots[$place];
        $slots[$place] = 0;
        // Reflection has had the table made, if no call has: one as declared need not be copied each time.
        $declared = $function->getStaticVariables() === $now;
        $this->free($slots, $place, 0);
        if ($declared) {
            $this->ffi->zend_array_destroy($values);
            $values = 0;
        } else {
            $slots[$place] = $values;
        }
        $word = $this->words($address)[$this->values];
        if (($word & 1) !== 0) {
            $this->cached[$place] = $this->copy($values);
        } else {
            $this->direct[$address + 8 * $this->values] = $this->copy($values);
        }
    }

    public function reset(): void
    {
        if ($this->cached !== []) {
            $table = $this->table();
            foreach ($this->cached as $place => $values) {
                // It is made when the function is called; where one was called before the fork, nothing tells whether it has changed.
                if ($table[$place] !== 0) {
                    $this->free($table, $place, $this->copy($values));
                }
            }
        }
        foreach ($this->direct as $address => $values) {
            $slot = $this->words($address);
            if ($slot[0] !== 0) {
                $this->free($slot, 0, $this->copy($values));
            }
        }
    }

    /**
     * Takes the value of a static property with a type, as if it had never had one. It has one, and was declared without.
     *
     * @param  class-string  $class
     */
    public function erase(string $class, string $property): void
    {
        $entry = $this->available ? $this->ffi->zend_lookup_class($this->ffi->zend_strpprintf(0, '%s', $class)) : 0;
        $value = $entry === 0 ? 0 : $this->ffi->zend_read_static_property($entry, $property, strlen($property), true);
        $type = $value === 0 ? 0 : $this->ffi->cast('uint8_t *', $value + self::TYPE)[0];
        if ($type !== 0 && $type !== self::REFERENCE) {
            $this->ffi->zval_ptr_dtor($value);
            $this->ffi->cast('uint32_t *', $value + self::TYPE)[0] = 0;
        }
    }

    private function free(mixed $slots, int $place, int $next): void
    {
        $values = $slots[$place];
        $slots[$place] = $next;
        if ($values !== 0) {
            $this->ffi->zend_array_destroy($values);
        }
    }

    /**
     * @return array{mixed, int} where the address of the function's values stands
     */
    private function placeOf(int $function): array
    {
        $word = $this->words($function)[$this->values];

        return ($word & 1) !== 0 ? [$this->table(), intdiv($word, 8)] : [$this->words($function + 8 * $this->values), 0];
    }

    private function addressOf(ReflectionFunction|ReflectionMethod $function): int
    {
        if ($function instanceof ReflectionFunction) {
            return $this->ffi->zend_fetch_function_str(strtolower($function->getName()), strlen($function->getName()));
        }
        $class = $this->ffi->zend_lookup_class($this->ffi->zend_strpprintf(0, '%s', $function->class));
        $found = $class === 0 ? 0 : $this->ffi->zend_hash_str_find($class + self::METHODS, strtolower($function->name), strlen($function->name));

        return $found === 0 ? 0 : $this->words($found)[0];
    }

    private function copy(int $values): int
    {
        return $values === 0 ? 0 : $this->ffi->zend_array_dup($values);
    }

    private function words(int $address): mixed
    {
        return $this->ffi->cast('uintptr_t *', $address);
    }

    /** It moves when it grows. */
    private function table(): mixed
    {
        $address = $this->ffi->compiler_globals->word[$this->table];
        if ($address !== $this->tableAddress) {
            $this->tableAddress = $address;
            // The engine's pointer is one less, for what points into the table is odd.
            $this->slots = $this->words($address + 1);
        }

        return $this->slots;
    }

    /** The address of the table stands beside the same less one; then come its size and how much of it is used. */
    private function findTable(): bool
    {
        $found = [];
        $word = $this->ffi->compiler_globals->word;
        for ($i = 0; $i < self::WORDS - 3; $i++) {
            if ($word[$i] > 1 << 20 && $word[$i + 1] === $word[$i] - 1 && $word[$i + 3] > 0 && $word[$i + 3] <= $word[$i + 2] && $word[$i + 2] < 1 << 24) {
                $found[] = $i + 1;
            }
        }
        $this->table = $found[0] ?? 0;

        return count($found) === 1;
    }

    /** In a function with three variables: a word that is empty or points into the table, before one that points to a table of three. */
    private function findValues(): bool
    {
        self::probe();
        $class = $this->ffi->zend_lookup_class($this->ffi->zend_strpprintf(0, '%s', self::class));
        $memory = new Memory;
        $elements = $memory->word($class + self::METHODS + self::ELEMENTS);
        $probe = 0;
        for ($i = 0, $used = $memory->half($class + self::METHODS + self::USED); $i < $used; $i++) {
            $function = $memory->word($elements + $i * self::ELEMENT * 8);
            $name = $memory->word($function + self::NAME * 8);
            if ($memory->word($function + self::CLASS_OF * 8) === $class && $memory->bytes($name + self::BYTES, $memory->word($name + self::LENGTH)) === 'probe') {
                $probe = $function;
            }
        }
        $found = [];
        for ($i = 6; $probe !== 0 && $i < 20; $i++) {
            try {
                if ($this->holdsThree($memory, $memory->word($probe + $i * 8)) && $memory->half($memory->word($probe + ($i + 1) * 8) + self::COUNT) === 3) {
                    $found[] = $i;
                }
            } catch (RuntimeException) {
                // Something else than an address.
            }
        }
        $this->values = $found[0] ?? 0;

        return count($found) === 1;
    }

    private function holdsThree(Memory $memory, int $word): bool
    {
        $values = ($word & 1) === 0 ? $word : $memory->word($this->ffi->compiler_globals->word[$this->table] + $word);

        return $memory->half($values + self::COUNT) === 3;
    }

    private function works(): bool
    {
        $this->available = true;
        $probe = new ReflectionMethod(self::class, 'probe');
        $before = self::probe();
        $this->remember($probe);
        $called = [self::probe(), self::probe()];
        $this->reset();
        $works = $called === [$before + 1, $before + 2] && $probe->getStaticVariables()['calls'] === $before;
        $this->cached = $this->direct = [];

        return $works;
    }

    private static function probe(): int
    {
        static $calls = 0, $second = [], $third = 'three';
        $second = [$third];

        return ++$calls;
    }
}
