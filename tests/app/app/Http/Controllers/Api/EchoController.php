<?php

declare(strict_types=1);

namespace App\Http\Controllers\Api;

use App\Http\Controllers\Controller;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;

/** Answers with what was valid of the question. */
final class EchoController extends Controller
{
    public function __invoke(Request $request): JsonResponse
    {
        return response()->json($request->validate([
            'name' => ['required', 'string', 'max:100'],
            'email' => ['nullable', 'email'],
            'age' => ['nullable', 'integer', 'between:0,150'],
            'tags' => ['nullable', 'array', 'max:20'],
            'tags.*' => ['string', 'max:50'],
        ]));
    }
}
