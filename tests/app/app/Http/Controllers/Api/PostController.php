<?php

declare(strict_types=1);

namespace App\Http\Controllers\Api;

use App\Http\Controllers\Controller;
use App\Models\Post;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;

final class PostController extends Controller
{
    public function index(): JsonResponse
    {
        return response()->json(Post::query()->with('user:id,name')->orderBy('id')->paginate(10));
    }

    public function store(Request $request): JsonResponse
    {
        $post = Post::query()->create($this->valid($request));

        return response()->json($post, 201)->header('Location', route('posts.show', $post));
    }

    public function show(Post $post): JsonResponse
    {
        return response()->json($post);
    }

    public function update(Request $request, Post $post): JsonResponse
    {
        $post->update($this->valid($request));

        return response()->json($post);
    }

    public function destroy(Post $post): Response
    {
        $post->delete();

        return response()->noContent();
    }

    /** @return array<string, mixed> */
    private function valid(Request $request): array
    {
        return $request->validate([
            'user_id' => ['required', 'integer', 'exists:users,id'],
            'title' => ['required', 'string', 'max:200'],
            'body' => ['required', 'string'],
        ]);
    }
}
