<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use Closure;
use FFI;
use FFI\Exception as FFIException;
use Generator;
use Throwable;

/**
 * The few calls for which PHP has no function, through ext-ffi. Everything has a plain fallback: without FFI
 * the same code runs, slower or with a known difference (docs/differences.md).
 *
 * Made once in a process and those forked from it, in the handler before anything is forked: parsing the declarations
 * costs more than a request, and what was replaced in the engine has to be given back by the same.
 */
class Native
{
    private const DECLARATIONS = <<<'C'
        typedef struct {
            char *name; char *pretty_name; void *startup; void *shutdown; void *activate; void *deactivate;
            uintptr_t ub_write; uintptr_t flush;
            void *get_stat; void *getenv; void *sapi_error; void *header_handler; void *send_headers; void *send_header;
            uintptr_t others[17]; uintptr_t phpinfo_as_text;
        } bridge_sapi_module;
        typedef union {
            struct { size_t (*ub_write)(void *bytes, size_t length); void (*flush)(void *context); } calls;
            struct { uintptr_t ub_write; uintptr_t flush; } addresses;
        } bridge_output;
        extern bridge_sapi_module sapi_module;
        typedef struct { uintptr_t shutdown_functions; } bridge_basic_globals;
        extern bridge_basic_globals basic_globals;
        void php_handle_aborted_connection(void);
        void php_call_shutdown_functions(void);
        void php_free_shutdown_functions(void);
        void _exit(int code);
        int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
        int close(int descriptor);
        int fcntl(int descriptor, int command, ...);
        C;

    private const PR_SET_PDEATHSIG = 1;

    private const FEW_DESCRIPTORS = 64;

    private const F_SETFD = 2;

    /** Where in the engine's hash table the number of its elements stands. */
    private const HASH_ELEMENTS = 28;

    private const FD_CLOEXEC = 1;

    /**
     * An FFI object; what it can do is in DECLARATIONS, where no analyser looks.
     */
    private readonly mixed $ffi;

    /** Kept: the engine calls what is in here through a pointer that does not count as a reference. */
    private mixed $output = null; // @phpstan-ignore property.onlyWritten (see above)

    private bool $collectsHeaders = false;

    /** @var array{int, int}|null the engine's own functions */
    private ?array $engines = null;

    private ?bool $reachesShutdownFunctions = null;

    private static ?self $ofProcess = null;

    public function __construct()
    {
        $ffi = null;
        if (Engine::reachable()) {
            try {
                $ffi = FFI::cdef(self::DECLARATIONS);
                // The layout of the structure is the engine's: what is known to be there is looked for first.
                if (FFI::string($ffi->sapi_module->name) !== 'cli') {
                    $ffi = null;
                }
            } catch (Throwable) {
                $ffi = null;
            }
        }
        $this->ffi = $ffi;
    }

    public static function ofProcess(): self
    {
        return self::$ofProcess ??= new self;
    }

    public function available(): bool
    {
        return $this->ffi !== null;
    }

    /**
     * Ends the process at once: no destructors, no shutdown functions, none of PHP's own tidying up, which takes
     * longer than a small request. Returns where FFI is missing.
     */
    public function exitNow(int $code): void
    {
        $this->ffi?->_exit($code);
    }

    /**
     * The kernel kills this process when its parent ends, however that ends.
     */
    public function dieWithParent(int $signal): bool
    {
        return $this->ffi !== null && $this->ffi->prctl(self::PR_SET_PDEATHSIG, $signal, 0, 0, 0) === 0;
    }

    public function closeDescriptor(int $descriptor): void
    {
        $this->ffi?->close($descriptor);
    }

    /**
     * Programs that the application starts do not inherit this stream. PHP sets the flag on no socket, and a program that
     * goes on in the background would keep the connection of a dead worker open.
     *
     * @param  resource  $stream
     */
    public function keepFromChildren(mixed $stream): void
    {
        $inode = fstat($stream)['ino'] ?? null;
        if ($this->ffi === null || $inode === null) {
            return;
        }
        foreach (self::descriptors() as $number) {
            if (@readlink("/proc/self/fd/{$number}") === "socket:[{$inode}]") {
                $this->ffi->fcntl($number, self::F_SETFD, self::FD_CLOEXEC);

                return;
            }
        }
    }

    /**
     * PHP does not tell the number of a stream, and each worker asks: a new one is among the first, and a list of all takes
     * ten times as long.
     *
     * @return Generator<int>
     */
    private static function descriptors(): Generator
    {
        yield from range(3, self::FEW_DESCRIPTORS - 1);
        foreach (@scandir('/proc/self/fd') ?: [] as $number) {
            yield (int) $number;
        }
    }

    /**
     * The CLI throws away what header() and setcookie() say; afterwards headers_list() has it, as under any web SAPI.
     */
    public function collectHeaders(): void
    {
        if ($this->ffi !== null) {
            $this->ffi->sapi_module->header_handler = null;
            $this->collectsHeaders = true;
        }
    }

    /**
     * phpinfo() writes HTML, as under any web SAPI, where the member of the structure proves to be the one that decides.
     */
    public function informAsHtml(): void
    {
        if ($this->ffi === null || $this->ffi->sapi_module->phpinfo_as_text !== 1) {
            return;
        }
        $this->ffi->sapi_module->phpinfo_as_text = 0;
        ob_start();
        phpinfo(INFO_LICENSE);
        if (! str_contains((string) ob_get_clean(), '<table')) {
            $this->ffi->sapi_module->phpinfo_as_text = 1;
        }
    }

    public function collectsHeaders(): bool
    {
        return $this->collectsHeaders;
    }

    /**
     * What escapes all output buffers goes to $write instead of standard output, and flush() calls $flush.
     *
     * @param  Closure(string): void  $write  must not throw: the engine would end the process
     * @param  Closure(): void  $flush  must not throw either
     */
    public function captureOutput(Closure $write, Closure $flush): void
    {
        if ($this->ffi === null) {
            return;
        }
        $module = $this->ffi->sapi_module;
        $hooks = $this->ffi->new('bridge_output');
        $hooks->calls->ub_write = static function (mixed $bytes, int $length) use ($write): int {
            $write(FFI::string($bytes, $length));

            return $length;
        };
        $hooks->calls->flush = static function (mixed $context) use ($flush): void {
            $flush();
        };
        ob_implicit_flush(false);
        if ($this->engines === null) {
            $this->engines = [$module->ub_write, $module->flush];
            register_shutdown_function($this->releaseOutput(...));
        }
        $module->ub_write = $hooks->addresses->ub_write;
        $module->flush = $hooks->addresses->flush;
        $this->output = $hooks;
    }

    /**
     * Gives output back to the engine, which goes on printing after PHP's objects are gone.
     */
    public function releaseOutput(): void
    {
        if ($this->ffi !== null && $this->engines !== null) {
            [$this->ffi->sapi_module->ub_write, $this->ffi->sapi_module->flush] = $this->engines;
            $this->output = null;
        }
    }

    /**
     * What PHP does when a web server tells it that the client has left: connection_aborted() is true from now on and,
     * unless ignore_user_abort() is on, the script ends here and its shutdown functions run. Returns otherwise.
     */
    public function abortConnection(): void
    {
        $this->ffi?->php_handle_aborted_connection();
    }

    /**
     * Whether the list of shutdown functions can be taken away and put back. The layout is the engine's: it is ours to use
     * if it shows what we do.
     */
    public function reachesShutdownFunctions(): bool
    {
        if ($this->reachesShutdownFunctions === null) {
            $before = $this->shutdownFunctions() ?? 0;
            $count = $this->countShutdownFunctions($before);
            register_shutdown_function(static fn () => null);
            $this->reachesShutdownFunctions = $before !== 0 && $this->shutdownFunctions() === $before && $this->countShutdownFunctions($before) === $count + 1;
        }

        return $this->reachesShutdownFunctions;
    }

    /**
     * The list of shutdown functions (register_shutdown_function), 0 while there is none; null where it cannot be reached.
     */
    public function shutdownFunctions(): ?int
    {
        return $this->ffi?->basic_globals->shutdown_functions;
    }

    public function setShutdownFunctions(int $list): void
    {
        if ($this->ffi !== null) {
            $this->ffi->basic_globals->shutdown_functions = $list;
        }
    }

    /** How many functions are on a list: a member of a structure of the engine. */
    public function countShutdownFunctions(int $list): int
    {
        return $this->ffi === null || $list === 0 ? 0 : $this->ffi->cast('uint32_t *', $list + self::HASH_ELEMENTS)[0];
    }

    /** Calls the functions that are on the list now, and those that they register. May throw what they throw. */
    public function callShutdownFunctions(): void
    {
        $this->ffi?->php_call_shutdown_functions();
    }

    /**
     * Calls the destructors of all objects that there are, as PHP does after the shutdown functions; each is called once. May
     * throw what they throw. Does nothing where this PHP keeps the function to itself.
     */
    public function callDestructors(): void
    {
        if ($this->ffi === null) {
            return;
        }
        try {
            $engine = FFI::cdef('void zend_call_destructors(void);');
        } catch (FFIException) {
            return;
        }
        $engine->zend_call_destructors();
    }

    /** Forgets them; there is no list afterwards. */
    public function freeShutdownFunctions(): void
    {
        $this->ffi?->php_free_shutdown_functions();
    }
}
