<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/**
 * The application has made a response, which is sent next.
 */
final class RequestHandled
{
    public function __construct(public readonly Application $app, public readonly Request $request, public readonly Response $response)
    {
    }
}
