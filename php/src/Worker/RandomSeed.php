<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Closure;
use FFI;
use Throwable;

/**
 * The seed of mt_rand(), rand(), shuffle() and their kin: forgotten, so that whoever is next to ask for a number has a new one, as at the
 * start of a web request. To seed anew takes 4 us, and most requests ask for none; the engine's own note that there is a seed is one word.
 *
 * Which word it is shows itself: mt_rand() sets it again. Where none does, forget() seeds anew.
 */
final class RandomSeed
{
    private const WORDS = 16;

    private mixed $ffi = null;

    private ?int $word = null;

    public function __construct()
    {
        if (! Engine::known()) {
            return;
        }
        try {
            $this->ffi = FFI::cdef('extern uint32_t random_globals['.self::WORDS.'];');
            $this->word = $this->find();
        } catch (Throwable) {
            $this->word = null;
        }
    }

    public function forget(): void
    {
        if ($this->word === null) {
            mt_srand();
        } else {
            $this->ffi->random_globals[$this->word] = 0;
        }
    }

    private function find(): ?int
    {
        mt_rand();
        $found = null;
        for ($i = 0; $i < self::WORDS; $i++) {
            if ($this->value($i) === 1) {
                $this->ffi->random_globals[$i] = 0;
                $found = self::drawn($this->value(...), $i) ? $i : $found;
                $this->ffi->random_globals[$i] = 1;
            }
        }
        if ($found === null) {
            return null;
        }
        mt_srand(1);
        $first = [mt_rand(), mt_rand(), mt_rand(), mt_rand()];
        mt_srand(1);
        mt_rand();
        $this->ffi->random_globals[$found] = 0;

        return [mt_rand(), mt_rand(), mt_rand()] === array_slice($first, 1) ? null : $found;
    }

    /**
     * @param  Closure(int): int  $value
     */
    private static function drawn(Closure $value, int $word): bool
    {
        mt_rand();

        return $value($word) === 1;
    }

    private function value(int $word): int
    {
        return $this->ffi->random_globals[$word];
    }
}
