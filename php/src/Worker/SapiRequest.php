<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

use FFI;
use LogicException;
use RuntimeException;
use Throwable;

/**
 * What PHP's engine keeps of a request that comes through a web server, and of none in the CLI: the body behind php://input,
 * and the list of files for which is_uploaded_file() and move_uploaded_file() are meant.
 *
 * Both hang on one pointer each in the engine's global `sapi_globals`. Where they stand is found by what they do, and nothing
 * is written before that is sure: the body's is the only word that changes when php://input is opened for the first time, that of
 * the files stands between three whose values PHP tells and lets one change. Where that is not so (another PHP, threads, no
 * FFI), nothing is touched, and docs/differences.md says what is missing.
 *
 * One for a process, as the engine's variables are. Made before the application is booted, for a body that somebody has asked
 * for cannot be found any more, and before anything is forked.
 */
final class SapiRequest
{
    private const DECLARATIONS = <<<'C'
        typedef struct { uintptr_t word[60]; } bridge_words;
        extern bridge_words sapi_globals;
        typedef struct { uintptr_t value; uint32_t type; uint32_t extra; } bridge_value;
        uintptr_t _php_stream_memory_create(int mode);
        uintptr_t _php_stream_open_wrapper_ex(const char *path, const char *mode, int options, void *opened, void *context);
        int _php_stream_free(uintptr_t stream, int options);
        uintptr_t _zend_new_array_0(void);
        uintptr_t zend_strpprintf(size_t limit, const char *format, ...);
        void *zend_hash_str_add(uintptr_t table, const char *key, size_t length, bridge_value *value);
        void zend_array_destroy(uintptr_t table);
        C;

    private const WORDS = 60;

    /** A string that is counted: the engine frees it with the list. */
    private const COUNTED_STRING = 6 | 1 << 8;

    /** PHP_STREAM_FREE_CLOSE */
    private const FREE_STREAM = 3;

    private static ?self $instance = null;

    private mixed $ffi = null;

    /** The word that points to the stream behind php://input. */
    private ?int $bodyWord = null;

    /** The word that points to the list of uploaded files. */
    private ?int $filesWord = null;

    /** @var resource|null what bodies in memory are written into */
    private mixed $memory = null;

    private int $memoryAddress = 0;

    private bool $written = false;

    /** The stream of a body that is a file, while its request runs; else 0. */
    private int $spool = 0;

    private int $files = 0;

    public static function instance(): self
    {
        return self::$instance ??= new self;
    }

    private function __construct()
    {
        if (! Engine::known()) {
            return;
        }
        try {
            $this->ffi = FFI::cdef(self::DECLARATIONS);
            $this->bodyWord = $this->findBody();
            $this->filesWord = $this->findFiles();
        } catch (Throwable) {
            $this->bodyWord = $this->filesWord = null;
        }
    }

    /** Whether php://input is the body of the request. */
    public function knowsBody(): bool
    {
        return $this->bodyWord !== null;
    }

    /** Whether is_uploaded_file() knows the files of the request. */
    public function knowsFiles(): bool
    {
        return $this->filesWord !== null;
    }

    /**
     * @param  string  $body  the body, or ""
     * @param  string|null  $spool  the file that holds it instead; stays the caller's
     * @param  list<string>  $files  paths of what was uploaded
     *
     * @throws RuntimeException where the file of the body cannot be opened: an empty body would be another one
     */
    public function begin(string $body, ?string $spool, array $files): void
    {
        $this->end();
        if ($this->bodyWord !== null && $body !== '') {
            fwrite($this->memory(), $body);
            $this->written = true;
        } elseif ($this->bodyWord !== null && $spool !== null) {
            $this->spool = $this->ffi->_php_stream_open_wrapper_ex($spool, 'rb', 0, null, null);
            if ($this->spool === 0) {
                throw new RuntimeException("The spooled body {$spool} cannot be read.");
            }
            $this->ffi->sapi_globals->word[$this->bodyWord] = $this->spool;
        }
        if ($this->filesWord !== null && $files !== []) {
            $this->files = $this->ffi->_zend_new_array_0();
            $value = $this->ffi->new('bridge_value');
            foreach ($files as $path) {
                $value->value = $this->ffi->zend_strpprintf(0, '%s', $path);
                $value->type = self::COUNTED_STRING;
                $this->ffi->zend_hash_str_add($this->files, $path, strlen($path), FFI::addr($value));
            }
            $this->ffi->sapi_globals->word[$this->filesWord] = $this->files;
        }
    }

    /** Forgets the request, which is over. */
    public function end(): void
    {
        if ($this->written) {
            ftruncate($this->memory(), 0);
            rewind($this->memory());
            $this->written = false;
        }
        if ($this->spool !== 0) {
            $this->ffi->sapi_globals->word[$this->bodyWord] = $this->memoryAddress;
            self::closeInputs();
            $this->ffi->_php_stream_free($this->spool, self::FREE_STREAM);
            $this->spool = 0;
        }
        if ($this->files !== 0) {
            $this->ffi->sapi_globals->word[$this->filesWord] = 0;
            $this->ffi->zend_array_destroy($this->files);
            $this->files = 0;
        }
    }

    /** What the application has left open reads from a stream that is about to go. */
    private static function closeInputs(): void
    {
        foreach (get_resources('stream') as $stream) {
            if (stream_get_meta_data($stream)['stream_type'] === 'Input') {
                fclose($stream);
            }
        }
    }

    private function findBody(): ?int
    {
        $known = get_resources('stream');
        $before = $this->words();
        $input = fopen('php://input', 'rb');
        $changed = array_diff_assoc($this->words(), $before);
        $word = array_key_first($changed);
        if ($input === false || $word === null || count($changed) !== 1 || $before[$word] !== 0) {
            return null;
        }
        fclose($input);
        // PHP's own stream would write a larger body into a file, and leave that behind when the process is killed.
        $made = array_diff_key(get_resources('stream'), $known);
        $this->memoryAddress = $this->ffi->_php_stream_memory_create(0);
        $memory = array_values(array_diff_key(get_resources('stream'), $known, $made));
        if (count($memory) !== 1 || $this->memoryAddress === 0) {
            return null;
        }
        $this->memory = $memory[0];
        $this->ffi->sapi_globals->word[$word] = $this->memoryAddress;
        fwrite($this->memory, 'probe');
        $works = file_get_contents('php://input') === 'probe';
        ftruncate($this->memory, 0);
        rewind($this->memory);
        if (! $works) {
            $this->ffi->sapi_globals->word[$word] = $changed[$word];

            return null;
        }

        return $word;
    }

    /** After the two words of default_mimetype and default_charset, before that of post_max_size. */
    private function findFiles(): ?int
    {
        $type = $this->changedBy('default_mimetype', 'text/x-probe');
        $charset = $this->changedBy('default_charset', ini_get('default_charset') === 'ISO-8859-1' ? 'UTF-8' : 'ISO-8859-1');
        if ($type === null || $charset !== $type + 1) {
            return null;
        }
        $word = $charset + 1;
        $words = $this->words();
        if ($word + 1 >= self::WORDS || $words[$word] !== 0 || $words[$word + 1] !== self::bytes((string) ini_get('post_max_size'))) {
            return null;
        }
        $this->filesWord = $word;
        $this->begin('', null, [__FILE__]);
        $works = is_uploaded_file(__FILE__) && ! is_uploaded_file(__DIR__);
        $this->end();

        return $works && ! is_uploaded_file(__FILE__) ? $word : null;
    }

    /** The only word that a setting's new value changes. */
    private function changedBy(string $setting, string $value): ?int
    {
        $before = $this->words();
        $usual = ini_set($setting, $value);
        if ($usual === false) {
            return null;
        }
        $changed = array_keys(array_diff_assoc($this->words(), $before));
        ini_set($setting, $usual);

        return count($changed) === 1 ? $changed[0] : null;
    }

    /** @return list<int> */
    private function words(): array
    {
        $words = [];
        for ($i = 0; $i < self::WORDS; $i++) {
            $words[] = $this->ffi->sapi_globals->word[$i];
        }

        return $words;
    }

    /** @return resource */
    private function memory(): mixed
    {
        return $this->memory ?? throw new LogicException('There is no stream for bodies.');
    }

    private static function bytes(string $size): int
    {
        return (int) $size * match (strtolower(substr($size, -1))) {
            'k' => 1024,
            'm' => 1024 ** 2,
            'g' => 1024 ** 3,
            default => 1,
        };
    }
}
