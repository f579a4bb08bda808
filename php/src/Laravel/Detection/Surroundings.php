<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * What belongs to the process: settings, environment, folder, language, handlers, global variables.
 */
final class Surroundings implements Watch
{
    private const ADVICE = [
        'ini' => 'ini_set() holds until the process ends: set it in php.ini, or take it back with ini_restore().',
        'env' => 'putenv() and $_ENV belong to the process: use configuration, or hand the variable to the one program that needs it.',
        'global' => 'A global variable outlives a request: use the request\'s attributes or a scoped binding.',
        'handler' => 'Take it back with restore_error_handler() or restore_exception_handler() in a finally.',
        'process' => 'It holds for the whole process: take it back in a finally.',
    ];

    /** Filled anew for each request. */
    private const SUPERGLOBALS = ['_SERVER', '_GET', '_POST', '_COOKIE', '_FILES', '_REQUEST', '_SESSION', '_ENV', 'GLOBALS', 'argv', 'argc'];

    /** Symfony does so itself, for an answer without a body, and for a file; the last is the worker's. */
    private const CHANGED_BY_FRAMEWORK = ['default_mimetype' => true, 'ignore_user_abort' => true, 'max_execution_time' => true];

    /** @var array<string, array<array-key, mixed>> */
    private readonly array $before;

    public function __construct()
    {
        $this->before = self::look();
    }

    public function changes(): iterable
    {
        $all = self::look();
        foreach ($all as $sort => $now) {
            $before = $this->before[$sort];
            if ($now === $before) {
                continue;
            }
            foreach ($now + $before as $name => $_) {
                $was = array_key_exists($name, $before) ? $before[$name] : Nothing::There;
                $is = array_key_exists($name, $now) ? $now[$name] : Nothing::There;
                if ($was !== $is) {
                    yield new Change($sort === 'process' || $sort === 'handler' ? (string) $name : "{$sort} {$name}", null, $was, $is, self::ADVICE[$sort]);
                }
            }
        }
    }

    /**
     * @return array<string, array<array-key, mixed>>
     */
    private static function look(): array
    {
        $error = set_error_handler(null);
        restore_error_handler();
        $exception = set_exception_handler(null);
        restore_exception_handler();
        $umask = umask();

        return [
            'ini' => array_diff_key((array) ini_get_all(null, false), self::CHANGED_BY_FRAMEWORK),
            'env' => getenv() + $_ENV,
            'global' => self::globals(),
            'handler' => ['error handler' => $error, 'exception handler' => $exception],
            'process' => [
                'working directory' => getcwd(),
                'time zone' => date_default_timezone_get(),
                'locale' => setlocale(LC_ALL, '0'),
                'internal encoding' => mb_internal_encoding(),
                'umask' => $umask,
                'autoloaders' => spl_autoload_functions(),
                'stream wrappers' => stream_get_wrappers(),
                'libxml errors' => libxml_use_internal_errors(),
                'constants' => count(get_defined_constants(true)['user'] ?? []),
            ],
        ];
    }

    /**
     * @return array<string, mixed>
     */
    private static function globals(): array
    {
        $globals = [];
        foreach ($GLOBALS as $name => $value) {
            if (! in_array($name, self::SUPERGLOBALS, true) && ! str_starts_with((string) $name, '__composer')) {
                $globals[(string) $name] = $value;
            }
        }

        return $globals;
    }
}
