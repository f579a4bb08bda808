<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\URL;

/** How the application reads addresses, and how it writes them. */
final class AddressController extends Controller
{
    public function show(Request $request, string $path = ''): JsonResponse
    {
        return response()->json([
            'method' => $request->method(),
            'parameter' => bin2hex($path),
            'path' => bin2hex($request->path()),
            'decoded' => bin2hex($request->decodedPath()),
            'path_info' => bin2hex($request->getPathInfo()),
            'base' => $request->getBaseUrl(),
            'uri' => $request->getRequestUri(),
            'url' => $request->fullUrl(),
            'root' => $request->root(),
            'segments' => array_map(bin2hex(...), $request->segments()),
            'query' => $request->query->all(),
            'script' => array_intersect_key($_SERVER, array_flip(['SCRIPT_NAME', 'PHP_SELF', 'PATH_INFO', 'ORIG_PATH_INFO', 'DOCUMENT_URI', 'REQUEST_URI', 'QUERY_STRING'])),
        ], options: JSON_INVALID_UTF8_SUBSTITUTE);
    }

    /** Signed addresses, and others. */
    public function links(Request $request): JsonResponse
    {
        return response()->json([
            'url' => url('/about'),
            'route' => route('users.show', 7),
            'relative' => route('users.show', 7, false),
            'asset' => asset('css/app.css'),
            'secure' => secure_url('/about'),
            'current' => url()->current(),
            'full' => url()->full(),
            'previous' => url()->previous(),
            'signed' => URL::signedRoute('signed', ['name' => 'a b']),
            'local' => URL::signedRoute('signed', ['name' => 'a b'], absolute: false),
            'ip' => $request->ip(),
            'secured' => $request->secure(),
            'host' => $request->getHttpHost(),
        ]);
    }

    public function signed(Request $request): JsonResponse
    {
        return response()->json(['name' => $request->query('name')]);
    }
}
