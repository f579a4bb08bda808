<?php

declare(strict_types=1);

namespace App\Http\Controllers\Api;

use App\Http\Controllers\Controller;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\UploadedFile;

/** Says how a request looks from inside; bytes that are no UTF-8 show as U+FFFD. */
final class InspectController extends Controller
{
    public function headers(Request $request): JsonResponse
    {
        return $this->answer([
            'method' => $request->method(),
            'url' => $request->url(),
            'full_url' => $request->fullUrl(),
            'path' => $request->path(),
            'request_uri' => $request->getRequestUri(),
            'query_string' => $request->server->get('QUERY_STRING'),
            'query' => $request->query->all(),
            'headers' => $request->headers->all(),
            'server' => $request->server->all(),
            'cookies' => $request->cookies->all(),
            'host' => $request->getHost(),
            'port' => $request->getPort(),
            'scheme' => $request->getScheme(),
            'secure' => $request->isSecure(),
            'protocol' => $request->getProtocolVersion(),
            'ip' => $request->ip(),
            'ips' => $request->ips(),
            'user' => $request->getUser(),
            'password' => $request->getPassword(),
            'bearer' => $request->bearerToken(),
        ]);
    }

    public function inspect(Request $request): JsonResponse
    {
        $content = $request->getContent();

        return $this->answer([
            'method' => $request->method(),
            'real_method' => $request->getRealMethod(),
            'full_url' => $request->fullUrl(),
            'content_type' => $request->header('Content-Type'),
            'content_length' => $request->header('Content-Length'),
            'content' => ['length' => strlen($content), 'sha1' => sha1($content)],
            'query' => $request->query->all(),
            'post' => $request->isJson() ? [] : $request->request->all(),
            'json' => $request->isJson() ? $request->json()->all() : null,
            'input' => $request->except(array_keys($request->allFiles())),
            'cookies' => $request->cookies->all(),
            'files' => $this->describe($request->allFiles()),
            'superglobals' => [
                'get' => $_GET,
                'post' => $_POST,
                'cookie' => $_COOKIE,
                'request' => $_REQUEST,
                'files' => $_FILES,
                'server' => [
                    'REQUEST_METHOD' => $_SERVER['REQUEST_METHOD'] ?? null,
                    'REQUEST_URI' => $_SERVER['REQUEST_URI'] ?? null,
                    'QUERY_STRING' => $_SERVER['QUERY_STRING'] ?? null,
                    'CONTENT_TYPE' => $_SERVER['CONTENT_TYPE'] ?? null,
                    'CONTENT_LENGTH' => $_SERVER['CONTENT_LENGTH'] ?? null,
                ],
                'input' => ['length' => strlen((string) file_get_contents('php://input'))],
            ],
        ]);
    }

    /**
     * @param  array<array-key, mixed>  $files
     * @return array<array-key, mixed> the same keys, each file described
     */
    private function describe(array $files): array
    {
        return array_map(fn (mixed $file): mixed => match (true) {
            $file instanceof UploadedFile => [
                'name' => $file->getClientOriginalName(),
                'full_path' => method_exists($file, 'getClientOriginalPath') ? $file->getClientOriginalPath() : null,
                'extension' => $file->getClientOriginalExtension(),
                'client_mime' => $file->getClientMimeType(),
                'mime' => $file->isValid() ? $file->getMimeType() : null,
                'size' => $file->isValid() ? $file->getSize() : null,
                'sha1' => $file->isValid() ? sha1_file($file->getPathname()) : null,
                'error' => $file->getError(),
                'valid' => $file->isValid(),
                'is_uploaded_file' => is_uploaded_file($file->getPathname()),
            ],
            is_array($file) => $this->describe($file),
            default => $file,
        }, $files);
    }

    /** @param  array<string, mixed>  $data */
    private function answer(array $data): JsonResponse
    {
        return response()->json($data, options: JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    }
}
