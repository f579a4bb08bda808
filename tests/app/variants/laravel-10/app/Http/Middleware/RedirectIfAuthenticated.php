<?php

declare(strict_types=1);

namespace App\Http\Middleware;

use Closure;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Symfony\Component\HttpFoundation\Response;

final class RedirectIfAuthenticated
{
    public function handle(Request $request, Closure $next): Response
    {
        return Auth::check() ? redirect('/dashboard') : $next($request);
    }
}
