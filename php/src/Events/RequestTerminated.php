<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/**
 * The client has its answer and terminable work is done. The place for what must be reset after each request: it is not taken
 * back yet, so that a listener sees what the request left.
 */
final class RequestTerminated
{
    public function __construct(public readonly Application $app, public readonly Request $request, public readonly Response $response)
    {
    }
}
