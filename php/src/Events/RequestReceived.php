<?php

declare(strict_types=1);

namespace LaravelBridge\Events;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Http\Request;

/**
 * A request has come; the kernel has not seen it. What a listener does is taken back after the request.
 */
final class RequestReceived
{
    public function __construct(public readonly Application $app, public readonly Request $request)
    {
    }
}
