<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use LaravelBridge\Laravel\EnvironmentBlock;
use LaravelBridge\Laravel\Resetter;
use LaravelBridge\Worker\ModifiedSettings;
use LaravelBridge\Worker\RandomSeed;

/**
 * What belongs to the process and not to any object, and what PHP itself puts back at the end of a request under a web
 * SAPI: settings, environment, global variables, time zone, locale, encoding, umask; and the working directory.
 */
final class ProcessState implements Resetter
{
    /** Looked at each time where nothing tells whether others were changed. */
    private const SETTINGS = [
        'precision', 'serialize_precision', 'error_log', 'default_socket_timeout', 'include_path', 'default_charset', 'user_agent', 'arg_separator.output',
        'pcre.backtrack_limit', 'pcre.recursion_limit', 'zlib.output_compression', 'mbstring.substitute_character', 'intl.default_locale', 'assert.exception',
        'html_errors', 'log_errors', 'auto_detect_line_endings', 'zend.enable_gc', 'zend.assertions', 'bcmath.scale', 'date.timezone', 'mbstring.language',
        'pcre.jit', 'unserialize_callback_func', 'soap.wsdl_cache_enabled', 'soap.wsdl_cache_ttl', 'session.gc_maxlifetime', 'session.cookie_lifetime',
        'session.use_cookies',
    ];

    /** Often changed, by ourselves and by Symfony, which empties the type for each answer without a body. */
    private const ALWAYS = ['max_execution_time', 'default_mimetype', 'memory_limit', 'error_reporting', 'display_errors', 'ignore_user_abort'];

    /** Each request has its own; what composer notes there is of the process. */
    private const NOT_RESTORED = [
        '_SERVER' => 0, '_GET' => 0, '_POST' => 0, '_COOKIE' => 0, '_FILES' => 0, '_REQUEST' => 0, '_SESSION' => 0, '_ENV' => 0,
        '__composer_autoload_files' => 0,
    ];

    /** @var array<string, string> those that are looked at each time: what was changed before the fork may be changed again */
    private readonly array $settings;

    /** @var array<string, string|null> all of them */
    private readonly array $allSettings;

    private readonly ModifiedSettings $modified;

    private ?int $modifications;

    private readonly RandomSeed $seed;

    private readonly EnvironmentBlock $environment;

    private readonly string $timezone;

    private readonly string $locale;

    private readonly string $encoding;

    private readonly string $regexEncoding;

    /** @var list<non-falsy-string> */
    private readonly array $encodings;

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
        $this->modified = new ModifiedSettings;
        foreach ((array) ini_get_all() as $name => $values) {
            if (is_array($values) && $values['global_value'] === $values['local_value']) {
                // Changed and changed back: not to be on the engine's list.
                ini_restore($name);
            }
        }
        foreach (self::ALWAYS as $name) {
            // On the engine's list, so that the next time does not make it longer.
            @ini_set($name, (string) ini_get($name));
        }
        $this->allSettings = array_filter((array) ini_get_all(null, false), static fn (mixed $value): bool => $value === null || is_string($value));
        $this->modifications = $this->modified->count();
        $this->settings = $this->settingsToLookAt();
        $this->seed = new RandomSeed;
        $this->environment = new EnvironmentBlock;
        $this->timezone = date_default_timezone_get();
        $this->locale = (string) setlocale(LC_ALL, '0');
        $this->encoding = mb_internal_encoding();
        $this->regexEncoding = (string) mb_regex_encoding();
        $this->encodings = (array) mb_detect_order();
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
        if ($this->modifications !== null && $this->modified->count() !== $this->modifications) {
            $this->restoreOthers();
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
        if (mb_regex_encoding() !== $this->regexEncoding) {
            mb_regex_encoding($this->regexEncoding);
        }
        if ($this->encodings !== [] && mb_detect_order() !== $this->encodings) {
            mb_detect_order($this->encodings);
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
        $this->seed->forget();
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

    /**
     * @return array<string, string>
     */
    private function settingsToLookAt(): array
    {
        $names = array_flip([...self::ALWAYS, ...($this->modifications === null ? self::SETTINGS : [])]);
        foreach ((array) ini_get_all() as $name => $values) {
            if (is_array($values) && $values['global_value'] !== $values['local_value']) {
                $names[$name] = true;
            }
        }

        return array_filter(array_intersect_key($this->allSettings, $names), is_string(...));
    }

    /** Those that were as php.ini has them. */
    private function restoreOthers(): void
    {
        foreach (array_diff_key((array) ini_get_all(null, false), $this->settings) as $name => $value) {
            if ($value !== ($this->allSettings[$name] ?? null)) {
                // Some cannot be restored, and keep their place on the list.
                @ini_set($name, (string) ($this->allSettings[$name] ?? ''));
                ini_restore($name);
            }
        }
        // Changed and changed back by the request itself.
        $this->modifications = $this->modified->count();
    }

    private function restoreSetting(string $name, string $value): void
    {
        if ($name === 'max_execution_time') {
            // Also stops the clock that runs for the old limit.
            set_time_limit((int) $value);
        } elseif (@ini_set($name, $value) === false) {
            ini_restore($name);
        }
    }

    private function restoreLocale(): void
    {
        if (! str_contains($this->locale, ';')) {
            setlocale(LC_ALL, $this->locale);

            return;
        }
        // Some categories have no constant in PHP.
        setlocale(LC_ALL, 'C');
        foreach (explode(';', $this->locale) as $part) {
            [$category, $locale] = explode('=', $part, 2) + [1 => ''];
            if (defined($category) && is_int(constant($category))) {
                setlocale(constant($category), $locale);
            }
        }
    }
}
