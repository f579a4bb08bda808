<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use LaravelBridge\Laravel\Resetter;

/**
 * What belongs to the process and not to any object, and what PHP itself puts back at the end of a request under a web
 * SAPI: settings, environment, time zone, locale, encoding; and the working directory.
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
    ];

    /** @var array<string, string> */
    private readonly array $settings;

    /** @var array<string, string> */
    private readonly array $environment;

    private readonly string $timezone;

    private readonly string $locale;

    private readonly string $encoding;

    private readonly string $directory;

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
        $this->environment = getenv();
        $this->timezone = date_default_timezone_get();
        $this->locale = (string) setlocale(LC_ALL, '0');
        $this->encoding = mb_internal_encoding();
        $this->directory = (string) getcwd();
    }

    public function reset(): void
    {
        foreach ($this->settings as $name => $value) {
            if (ini_get($name) !== $value) {
                $this->restoreSetting($name, $value);
            }
        }
        if (getenv() !== $this->environment) {
            $this->restoreEnvironment();
        }
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

    private function restoreEnvironment(): void
    {
        $now = getenv();
        foreach (array_diff_key($now, $this->environment) as $name => $_) {
            putenv((string) $name);
        }
        foreach ($this->environment as $name => $value) {
            if (($now[$name] ?? null) !== $value) {
                putenv("{$name}={$value}");
            }
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
