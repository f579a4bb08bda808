<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use LaravelBridge\Laravel\EnvironmentBlock;
use LaravelBridge\Laravel\Resetter;

/**
 * What belongs to the process and not to any object, and what PHP itself puts back at the end of a request under a web
 * SAPI: settings, environment, global variables, time zone, locale, encoding, umask; and the working directory.
 */
final class ProcessState implements Resetter
{
    /** Looking at all settings would cost as much as the whole reset; these are the ones that applications change. */
    private const SETTINGS = [
        'precision', 'serialize_precision', 'memory_limit', 'max_execution_time', 'error_reporting', 'display_errors', 'error_log',
        'default_socket_timeout', 'ignore_user_abort', 'include_path', 'default_charset', 'user_agent', 'arg_separator.output',
        'pcre.backtrack_limit', 'pcre.recursion_limit', 'zlib.output_compression', 'mbstring.substitute_character',
        'intl.default_locale', 'assert.exception', 'html_errors', 'log_errors', 'auto_detect_line_endings',
        // Symfony empties it for each answer without a body.
        'default_mimetype',
        'zend.enable_gc', 'zend.assertions', 'bcmath.scale', 'date.timezone', 'mbstring.language', 'pcre.jit', 'unserialize_callback_func',
        'soap.wsdl_cache_enabled', 'soap.wsdl_cache_ttl', 'session.gc_maxlifetime', 'session.cookie_lifetime', 'session.use_cookies',
    ];

    /** Each request has its own; what composer notes there is of the process. */
    private const NOT_RESTORED = [
        '_SERVER' => 0, '_GET' => 0, '_POST' => 0, '_COOKIE' => 0, '_FILES' => 0, '_REQUEST' => 0, '_SESSION' => 0, '_ENV' => 0,
        '__composer_autoload_files' => 0,
    ];

    /** @var array<string, string> */
    private readonly array $settings;

    private readonly EnvironmentBlock $environment;

    private readonly string $timezone;

    private readonly string $locale;

    private readonly string $encoding;

    private readonly string $directory;

    private readonly int|string $substitute;

    private readonly bool $xmlErrors;

    private readonly int $mask;

    /** Global variables that are there, PHP's own included; those come when they are first used. */
    private int $count;

    /** @var array<string, mixed> */
    private readonly array $variables;

    /** @var array<array-key, mixed> */
    private readonly array $env;

    public function __construct()
    {
        $settings = [];
        foreach (self::SETTINGS as $name) {
            $value = ini_get($name);
            if ($value !== false) {
                $settings[$name] = $value;
            }
        }
        $this->settings = $settings;
        $this->environment = new EnvironmentBlock;
        $this->timezone = date_default_timezone_get();
        $this->locale = (string) setlocale(LC_ALL, '0');
        $this->encoding = mb_internal_encoding();
        $this->directory = (string) getcwd();
        $this->substitute = mb_substitute_character();
        $this->xmlErrors = libxml_use_internal_errors();
        $this->mask = umask();
        $this->variables = array_diff_key($GLOBALS, self::NOT_RESTORED);
        $this->count = count($GLOBALS);
        $this->env = $_ENV;
    }

    public function reset(): void
    {
        foreach ($this->settings as $name => $value) {
            if (ini_get($name) !== $value) {
                $this->restoreSetting($name, $value);
            }
        }
        $this->environment->restore();
        if (date_default_timezone_get() !== $this->timezone) {
            date_default_timezone_set($this->timezone);
        }
        if (setlocale(LC_ALL, '0') !== $this->locale) {
            $this->restoreLocale();
        }
        if (mb_internal_encoding() !== $this->encoding) {
            mb_internal_encoding($this->encoding);
        }
        if (getcwd() !== $this->directory) {
            @chdir($this->directory);
        }
        if (mb_substitute_character() !== $this->substitute) {
            mb_substitute_character($this->substitute);
        }
        if (libxml_use_internal_errors() !== $this->xmlErrors) {
            libxml_use_internal_errors($this->xmlErrors);
        }
        if (umask() !== $this->mask) {
            umask($this->mask);
        }
        if ($_ENV !== $this->env) {
            $_ENV = $this->env;
        }
        $this->restoreVariables();
        // A file that PHP has seen may be gone by the next request: Vite's hot file.
        clearstatcache();
        // As if there had been none: error_get_last() is asked after failures.
        error_clear_last();
    }

    /** Global variables: those of the start as they were, no others. */
    private function restoreVariables(): void
    {
        foreach ($this->variables as $name => $value) {
            if (! array_key_exists($name, $GLOBALS) || $GLOBALS[$name] !== $value) {
                $GLOBALS[$name] = $value;
            }
        }
        // PHP copies the list to look at it; usually its length says enough.
        if (count($GLOBALS) !== $this->count) {
            foreach (array_keys(array_diff_key($GLOBALS, $this->variables, self::NOT_RESTORED)) as $name) {
                unset($GLOBALS[$name]);
            }
            $this->count = count($GLOBALS);
        }
    }

    private function restoreSetting(string $name, string $value): void
    {
        if ($name === 'max_execution_time') {
            // Also stops the clock that runs for the old limit.
            set_time_limit((int) $value);
        } else {
            @ini_set($name, $value);
        }
    }

    private function restoreLocale(): void
    {
        if (! str_contains($this->locale, ';')) {
            setlocale(LC_ALL, $this->locale);

            return;
        }
        foreach (explode(';', $this->locale) as $part) {
            [$category, $locale] = explode('=', $part, 2) + [1 => ''];
            if (defined($category) && is_int(constant($category))) {
                setlocale(constant($category), $locale);
            }
        }
    }
}
