<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel;

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Http\Request;
use Illuminate\Log\LogManager;
use Throwable;

/**
 * Exceptions in the application's log name the request, by the id that its answer carries and that the server's log has.
 */
final class RequestId
{
    public static function addToExceptions(Application $app): void
    {
        $handler = $app->make(ExceptionHandler::class);
        $context = static fn (): array => array_filter(['request_id' => $app->bound('request') && $app->make('request') instanceof Request
            ? $app->make('request')->headers->get('X-Request-Id') : null]);
        if (method_exists($handler, 'buildContextUsing')) {
            $handler->buildContextUsing($context);
        } elseif (method_exists($handler, 'reportable')) {
            // Laravel 10; the context of the log is forgotten with the request.
            $handler->reportable(static function (Throwable $e) use ($app, $context): void {
                $log = $app->make('log');
                if ($log instanceof LogManager) {
                    $log->shareContext($context());
                }
            });
        }
    }
}
