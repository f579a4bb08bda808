<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use FFI;
use Throwable;

/**
 * The environment of the process as it was at a moment, and whether it still is.
 *
 * PHP makes an array of it each time it is asked, which takes longer than all else that is looked at after a request. The C
 * library keeps a list of pointers; comparing that takes a tenth. The texts and the list are copied once into memory that is
 * never freed: whatever is written into the environment later then has another address.
 */
final class EnvironmentBlock
{
    /** @var array<string, string> */
    private readonly array $variables;

    /** An FFI object, null without FFI; what it can do is in its declaration, where no analyser looks. */
    private readonly mixed $ffi;

    /** The list that the C library uses from now on, with the null at its end, and what it is to hold. */
    private mixed $list = null;

    private mixed $pointers = null;

    private int $address = 0;

    /** @var int<0, max> */
    private int $length = 0;

    public function __construct()
    {
        $this->variables = getenv();
        $ffi = null;
        if (extension_loaded('ffi') && PHP_SAPI === 'cli' && $this->variables !== []) {
            try {
                $ffi = FFI::cdef('
                    extern uintptr_t *environ;
                    int memcmp(const void *a, const void *b, size_t length);
                    void *memcpy(void *to, const void *from, size_t length);
                ');
            } catch (Throwable) {
                // ffi.enable is off.
            }
        }
        $this->ffi = $ffi;
        if ($ffi !== null) {
            $this->settle();
        }
    }

    public function restore(): void
    {
        if ($this->ffi === null) {
            $this->putBack();
        } elseif (! $this->isTheSame()) {
            $this->ffi->memcpy($this->list, $this->pointers, $this->length);
            $this->ffi->environ = $this->ffi->cast('uintptr_t *', $this->address);
        }
    }

    private function isTheSame(): bool
    {
        $now = $this->ffi->environ;

        return $this->ffi->cast('uintptr_t', $now)->cdata === $this->address && $this->ffi->memcmp($now, $this->pointers, $this->length) === 0;
    }

    private function settle(): void
    {
        $texts = '';
        $offsets = [];
        foreach ($this->variables as $name => $value) {
            $offsets[] = strlen($texts);
            $texts .= "{$name}={$value}\0";
        }
        $count = count($offsets);
        $this->length = ($count + 1) * 8;
        // Not owned by PHP, which ends before the C library does.
        $copy = $this->ffi->new('char['.strlen($texts).']', false, true);
        $this->list = $this->ffi->new('uintptr_t['.($count + 1).']', false, true);
        $this->ffi->memcpy($copy, $texts, strlen($texts));
        $start = $this->ffi->cast('uintptr_t', $this->ffi->cast('char *', $copy))->cdata;
        foreach ($offsets as $i => $offset) {
            $this->list[$i] = $start + $offset;
        }
        $this->list[$count] = 0;
        $this->pointers = $this->ffi->new("char[{$this->length}]");
        $this->ffi->memcpy($this->pointers, $this->list, $this->length);
        $this->address = $this->ffi->cast('uintptr_t', $this->ffi->cast('uintptr_t *', $this->list))->cdata;
        $this->ffi->environ = $this->ffi->cast('uintptr_t *', $this->address);
    }

    private function putBack(): void
    {
        $now = getenv();
        if ($now === $this->variables) {
            return;
        }
        foreach (array_diff_key($now, $this->variables) as $name => $_) {
            putenv((string) $name);
        }
        foreach ($this->variables as $name => $value) {
            if (($now[$name] ?? null) !== $value) {
                putenv("{$name}={$value}");
            }
        }
    }
}
