<?php

declare(strict_types=1);

namespace LaravelBridge\Worker;

/**
 * The php.ini of the handler: the one of PHP-FPM where Debian's layout (/etc/php/8.2/cli, /etc/php/8.2/fpm) has one, so
 * that the application finds the limits it has there. The folder of extensions stays the CLI's.
 */
final class PhpIni
{
    /** Where no file says anything. */
    private const USUAL_TIME_LIMIT = 30;

    private static ?int $timeLimit = null;

    /**
     * @param  string  $configured  PHP_INI; empty: FPM's, else PHP's own choice
     * @param  string  $folder  where this PHP looks for its php.ini
     * @return list<string> options for php's command line
     */
    public static function options(string $configured, string $folder = PHP_CONFIG_FILE_PATH): array
    {
        if ($configured !== '') {
            return ['-c', $configured];
        }
        $file = dirname($folder).'/fpm/php.ini';
        if (basename($folder) !== 'cli' || ! is_readable($file)) {
            return [];
        }
        $settings = @parse_ini_file($file, false, INI_SCANNER_RAW);
        $disabled = is_array($settings) ? $settings['disable_functions'] ?? '' : '';
        $options = ['-c', $file];
        if (is_string($disabled) && str_contains($disabled, 'pcntl_')) {
            // Some releases of Debian and Ubuntu ship it with pcntl switched off: FPM needs no fork, we do.
            $kept = array_filter(array_map('trim', explode(',', $disabled)), static fn (string $name): bool => $name !== '' && ! str_starts_with($name, 'pcntl_'));
            array_push($options, '-d', 'disable_functions='.implode(',', $kept));
        }

        return $options;
    }

    /**
     * Seconds of processor time that a request may take: max_execution_time as php.ini and the command line say. The CLI itself says 0,
     * whatever stands there. 0: no limit.
     */
    public static function timeLimit(): int
    {
        return self::$timeLimit ??= self::readTimeLimit();
    }

    private static function readTimeLimit(): int
    {
        $limit = (int) get_cfg_var('max_execution_time');
        if ($limit !== 0 || str_contains((string) @file_get_contents('/proc/self/cmdline'), 'max_execution_time')) {
            return max(0, $limit);
        }
        $limit = self::USUAL_TIME_LIMIT;
        foreach ([php_ini_loaded_file(), ...explode(',', (string) php_ini_scanned_files())] as $file) {
            $settings = is_string($file) ? @parse_ini_file(trim($file), false, INI_SCANNER_RAW) : false;
            $limit = (int) ($settings['max_execution_time'] ?? $limit);
        }

        return max(0, $limit);
    }
}
