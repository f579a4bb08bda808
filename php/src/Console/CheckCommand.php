<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use Illuminate\Console\Command;
use LaravelBridge\Check\Options;
use LaravelBridge\Worker\Main;

/**
 * Calls the application's routes in the sandbox of a worker, several times each, and reports what they leave behind.
 *
 * Exit codes: 0 nothing that a later request would see, 1 something, 2 the check could not be made.
 */
final class CheckCommand extends Command
{
    private const EX_UNUSABLE = 2;

    protected $signature = 'laravel-rust:check
        {--path=* : Only routes with such an address; * stands for anything}
        {--except=* : Not those with such an address}
        {--param=* : NAME=VALUE for a parameter in an address; a route with one that is not given is not called}
        {--user= : Identifier of the user to be logged in}
        {--guard= : The guard that knows this user, if not the default one}
        {--times=6 : How often each route is called; growth shows from the sixth time on}
        {--timeout=15 : Seconds to wait for an answer}
        {--json : Print the report as JSON}
        {--junit= : Write it to a file as JUnit XML, too}';

    protected $description = 'Find out what requests leave behind for the next one: static properties, globals, memory and so on';

    public function handle(Processes $processes, InitialEnvironment $environment): int
    {
        $options = $this->choices();
        if ($options === null) {
            return self::EX_UNUSABLE;
        }
        if (! function_exists('pcntl_fork')) {
            $this->components->error('The check needs ext-pcntl.');

            return self::EX_UNUSABLE;
        }
        $variables = $environment->forHandler();
        $script = dirname(__DIR__, 2).'/bin/laravel_check.php';
        $path = $environment->applicationPath($this->laravel->basePath());

        return $processes->become(PHP_BINARY, [...Main::options($variables['PHP_OPTIONS'] ?? ''), $script, $path, $options->encode()], $variables);
    }

    private function choices(): ?Options
    {
        $parameters = [];
        foreach ((array) $this->option('param') as $text) {
            [$name, $value] = explode('=', (string) $text, 2) + [1 => null];
            if ($name === '' || $value === null) {
                $this->components->error("--param={$text} is not NAME=VALUE.");

                return null;
            }
            $parameters[$name] = $value;
        }
        $times = filter_var($this->option('times'), FILTER_VALIDATE_INT, ['options' => ['min_range' => 1, 'max_range' => 1000]]);
        $patience = filter_var($this->option('timeout'), FILTER_VALIDATE_FLOAT, ['options' => ['min_range' => 0.1, 'max_range' => 3600]]);
        if ($times === false || $patience === false) {
            $this->components->error('--times is a whole number from 1 to 1000, --timeout a number of seconds.');

            return null;
        }
        $junit = $this->text('junit');

        return new Options(
            array_map(strval(...), array_values((array) $this->option('path'))),
            array_map(strval(...), array_values((array) $this->option('except'))),
            $parameters,
            $times,
            $patience,
            $this->text('user'),
            $this->text('guard'),
            (bool) $this->option('json'),
            // Relative to where one stands now, not to where the application will.
            $junit === null || $junit[0] === '/' ? $junit : getcwd()."/{$junit}",
        );
    }

    private function text(string $option): ?string
    {
        $value = $this->option($option);

        return is_string($value) && $value !== '' ? $value : null;
    }
}
