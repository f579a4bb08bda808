<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use FFI;
use Throwable;

/**
 * What headers_sent() says, and header_register_callback(). In the CLI the former turns true when something is printed around all buffers, and
 * stays so; under a web server it turns true when the head leaves, the callback is called before that, and each request begins anew.
 *
 * Both are bytes of the engine's variables, found by what changes when a callback is registered, and when the engine sends a head, which
 * here sends nothing. Where they do not show themselves, nothing is touched.
 *
 * One for a process: made before anything was printed.
 */
final class HeadersSent
{
    private const BYTES = 560;

    /** The type of a string. */
    private const STRING = "\6";

    private mixed $ffi = null;

    private ?int $byte = null;

    /** The type of the callback; 0 where there is none. */
    private ?int $callback = null;

    private static ?self $ofProcess = null;

    public static function ofProcess(): self
    {
        return self::$ofProcess ??= new self;
    }

    private function __construct()
    {
        if (! Engine::known() || headers_sent()) {
            return;
        }
        try {
            $this->ffi = FFI::cdef('typedef struct { uint8_t byte['.self::BYTES.']; } bridge_bytes; extern bridge_bytes sapi_globals; int sapi_send_headers(void);');
            $this->byte = $this->find();
        } catch (Throwable) {
            $this->byte = null;
        }
    }

    public function set(bool $sent): void
    {
        if ($this->byte !== null) {
            $this->ffi->sapi_globals->byte[$this->byte] = $sent ? 1 : 0;
        }
    }

    /** Whether somebody has asked to be called before the head leaves, and was not yet. */
    public function expectsCallback(): bool
    {
        return $this->callback !== null && $this->ffi->sapi_globals->byte[$this->callback] !== 0;
    }

    /** Calls who has asked for it; header() and its kin work in there, and afterwards. May throw what that throws. */
    public function callBack(): void
    {
        if ($this->expectsCallback()) {
            try {
                $this->ffi->sapi_send_headers();
            } finally {
                $this->set(false);
            }
        }
    }

    /** The callback of a request that is over. */
    public function forgetCallback(): void
    {
        if ($this->expectsCallback()) {
            header_register_callback(static fn () => null);
            $this->callBack();
        }
    }

    private function find(): ?int
    {
        $without = $this->bytes();
        header_register_callback('headers_list');
        $before = $this->bytes();
        $this->ffi->sapi_send_headers();
        $after = $this->bytes();
        $types = array_filter(range(0, self::BYTES - 8, 8), static fn (int $i): bool => $without[$i] === "\0" && $before[$i] === self::STRING && $after[$i] === "\0");
        $this->callback = count($types) === 1 ? array_values($types)[0] : null;
        $turned = [];
        for ($i = 0; $i < self::BYTES; $i++) {
            if ($before[$i] === "\0" && $after[$i] === "\1") {
                $turned[] = $i;
            }
        }
        foreach ($turned as $i) {
            $this->ffi->sapi_globals->byte[$i] = 0;
            if (! self::sent()) {
                header_remove();

                return $i;
            }
            $this->ffi->sapi_globals->byte[$i] = 1;
        }

        return null;
    }

    /** Asked anew each time, whatever an analyser believes. */
    private static function sent(): bool
    {
        return headers_sent();
    }

    private function bytes(): string
    {
        return FFI::string(FFI::addr($this->ffi->sapi_globals->byte[0]), self::BYTES);
    }
}
