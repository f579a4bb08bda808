<?php

declare(strict_types=1);

namespace LaravelBridge\Check;

use Illuminate\Container\Container;
use Illuminate\Foundation\Application;
use LaravelBridge\Events\RequestReceived;
use LaravelBridge\Laravel\ApplicationFactory;
use LaravelBridge\Laravel\Detection\Mode;
use LaravelBridge\Worker;
use Throwable;

/**
 * Boots the application as a handler does, and asks for its routes until it is known what they leave behind.
 */
final class Main
{
    private const EX_LEAKS = 1;

    private const EX_UNUSABLE = 2;

    /**
     * @param  list<string>  $arguments  the application's folder, and Options::encode()
     */
    public static function run(array $arguments): int
    {
        [$path, $encoded] = $arguments;
        $options = Options::decode($encoded);
        register_shutdown_function(Worker\Worker::ending(...));
        $native = new Worker\Native;
        $native->collectHeaders();
        try {
            $factory = new ApplicationFactory($path, Mode::Thorough, static fn (Application $app) => self::logIn($app, $options));
            $booted = $factory->boot(static fn (string $step) => null);
        } catch (Throwable $e) {
            fwrite(STDERR, "The application does not boot: {$e}\n");

            return self::EX_UNUSABLE;
        }
        $app = Container::getInstance();
        $candidates = Candidate::all($app->make('router'), $options);
        if ($candidates === []) {
            fwrite(STDERR, "There is no such route.\n");

            return self::EX_UNUSABLE;
        }
        $url = (string) $app->make('config')->get('app.url', 'http://localhost');
        $results = self::visitAll($candidates, new Visitor($booted, $native, $options->patience), $url, $options->times);
        $report = new Report($results, $options->times, $factory->notes());
        fwrite(STDOUT, $options->json ? $report->json() : $report->text());
        if ($options->junit !== null && @file_put_contents($options->junit, $report->junit()) === false) {
            fwrite(STDERR, "Cannot write {$options->junit}.\n");

            return self::EX_UNUSABLE;
        }

        return $report->hasLeaks() ? self::EX_LEAKS : 0;
    }

    /**
     * @param  list<Candidate>  $candidates
     * @return list<Result>
     */
    private static function visitAll(array $candidates, Visitor $visitor, string $url, int $times): array
    {
        $scheme = parse_url($url, PHP_URL_SCHEME) === 'https' ? 'https' : 'http';
        $host = (parse_url($url, PHP_URL_HOST) ?: 'localhost').(($port = parse_url($url, PHP_URL_PORT)) ? ":{$port}" : '');
        $results = $said = [];
        foreach ($candidates as $candidate) {
            $results[] = $result = new Result($candidate);
            for ($i = 0; $i < $times && $candidate->skipped === null && $result->trouble === null; $i++) {
                // A worker that had to be replaced says again what the one before has said.
                $visit = $visitor->visit('GET', $candidate->host ?? $host, $scheme, $candidate->target);
                $result->add($visit->without($said));
                $said += array_column($visit->findings, 'kind', 'place');
            }
        }

        return $results;
    }

    private static function logIn(Application $app, Options $options): void
    {
        if ($options->user !== null) {
            $app->make('events')->listen(RequestReceived::class, static function (RequestReceived $event) use ($options): void {
                $guard = $event->app->make('auth')->guard($options->guard);
                $user = $guard->getProvider()->retrieveById($options->user);
                $user === null ? fwrite(STDERR, "There is no user {$options->user}.\n") : $guard->setUser($user);
            });
        }
    }
}
