<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Contracts\View\View;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Http\UploadedFile;
use Illuminate\Support\Arr;
use Illuminate\Support\Facades\File;
use Illuminate\Support\Str;

/** Keeps what is uploaded: `file` by store(), everything below `files` by move(). */
final class UploadController extends Controller
{
    public function create(): View
    {
        return view('upload', ['received' => null]);
    }

    public function store(Request $request): View|JsonResponse
    {
        $request->validate([
            'file' => ['nullable', 'file'],
            'files' => ['nullable', 'array'],
            'title' => ['nullable', 'string', 'max:200'],
        ]);

        $received = [];

        foreach (Arr::dot($request->allFiles()) as $field => $file) {
            if ($file instanceof UploadedFile) {
                $received[$field] = $field === 'file' ? $this->stored($file) : $this->moved($file);
            }
        }

        $answer = ['title' => $request->input('title'), 'received' => $received];

        return $request->is('api/*') || $request->expectsJson()
            ? response()->json($answer)
            : view('upload', $answer);
    }

    public function clear(): Response
    {
        foreach (['uploads', 'moved'] as $folder) {
            File::delete(File::files(storage_path("app/{$folder}")));
        }

        return response()->noContent();
    }

    /** @return array<string, mixed> */
    private function stored(UploadedFile $file): array
    {
        $about = $this->about($file);
        $path = $file->store('', 'uploads');

        return [...$about, ...$this->kept('store', storage_path('app/uploads/'.ltrim((string) $path, '/')))];
    }

    /** @return array<string, mixed> */
    private function moved(UploadedFile $file): array
    {
        $about = $this->about($file);
        $moved = $file->move(storage_path('app/moved'), Str::random(40).'.bin');

        return [...$about, ...$this->kept('move', $moved->getPathname())];
    }

    /** @return array<string, mixed> */
    private function about(UploadedFile $file): array
    {
        return [
            'name' => $file->getClientOriginalName(),
            'client_mime' => $file->getClientMimeType(),
            'error' => $file->getError(),
            'valid' => $file->isValid(),
        ];
    }

    /** @return array<string, mixed> */
    private function kept(string $how, string $path): array
    {
        return [
            'kept_by' => $how,
            'path' => Str::after($path, storage_path().'/'),
            'size' => filesize($path),
            'sha1' => sha1_file($path),
        ];
    }
}
