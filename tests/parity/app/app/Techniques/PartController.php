<?php

declare(strict_types=1);

namespace App\Techniques;

use Illuminate\Http\Request;
use Illuminate\Http\UploadedFile;
use Illuminate\Support\Facades\Storage;
use Illuminate\Support\Facades\URL;
use Illuminate\Support\Facades\Validator;
use SplFileObject;
use Symfony\Component\HttpFoundation\Response;

/** Files in parts, by resumable protocols, through temporary addresses, read while they lie where PHP has put them. */
final class PartController
{
    public function take(Request $request, string $case): mixed
    {
        return match ($case) {
            'chunk' => $this->chunk($request),
            'tus' => $this->tus($request),
            'import' => $this->import($request),
            'raw' => $this->raw(),
            'image' => $this->image($request),
            'address' => response()->json(['path' => URL::temporarySignedRoute('techniques.parts', 600, ['case' => 'temporary'], absolute: false)]),
            'temporary' => $this->temporary($request),
            'attach' => $this->attach($request),
            'move' => $this->move($request),
            'validate' => $this->validate($request),
            'base64' => response()->json(['bytes' => strlen((string) base64_decode(explode(',', (string) $request->input('data'), 2)[1] ?? ''))]),
            'streamed' => response()->json(['bytes' => strlen((string) stream_get_contents($request->getContent(true))), 'again' => strlen($request->getContent())]),
            'names' => response()->json(array_map(static fn (UploadedFile $file): array => [$file->getClientOriginalName(), $file->getClientOriginalExtension(), $file->getClientMimeType(), $file->getMimeType(), $file->guessExtension(), $file->getSize(), $file->isValid(), strlen($file->hashName()) > 40], $request->allFiles())),
            default => abort(404),
        };
    }

    /** A file of Dropzone's or Plupload's, appended part by part. */
    private function chunk(Request $request): Response
    {
        $path = storage_path('framework/testing/chunks-'.preg_replace('/\W/', '', (string) $request->input('uuid')));
        file_put_contents($path, file_get_contents($request->file('file')->getRealPath()), $request->integer('index') === 0 ? 0 : FILE_APPEND);
        if ($request->integer('index') + 1 < $request->integer('total')) {
            return response()->json(['done' => round(($request->integer('index') + 1) / $request->integer('total'), 2)]);
        }
        $bytes = file_get_contents($path);
        unlink($path);

        return response()->json(['done' => 1, 'size' => strlen($bytes), 'sha1' => sha1($bytes)]);
    }

    private function tus(Request $request): Response
    {
        $path = storage_path('framework/testing/tus-'.preg_replace('/\W/', '', (string) $request->query('id')));
        $fields = ['Tus-Resumable' => '1.0.0', 'Cache-Control' => 'no-store'];
        if ($request->isMethod('POST')) {
            file_put_contents($path, '');

            return response('', 201, [...$fields, 'Location' => '/t/parts/tus?id='.$request->query('id'), 'X-Metadata' => (string) $request->header('Upload-Metadata')]);
        }
        if ($request->isMethod('HEAD')) {
            return response('', 200, [...$fields, 'Upload-Offset' => (string) filesize($path)]);
        }
        if ($request->isMethod('DELETE')) {
            return response('', unlink($path) ? 204 : 404, $fields);
        }
        if ((int) $request->header('Upload-Offset') !== filesize($path)) {
            return response('', 409, $fields);
        }
        $in = fopen('php://input', 'rb');
        $out = fopen($path, 'ab');
        $copied = stream_copy_to_stream($in, $out);
        fclose($out);
        clearstatcache();

        return response('', 204, [...$fields, 'Upload-Offset' => (string) filesize($path), 'X-Copied' => (string) $copied]);
    }

    private function import(Request $request): Response
    {
        $file = new SplFileObject($request->file('file')->getRealPath());
        $file->setFlags(SplFileObject::READ_CSV | SplFileObject::SKIP_EMPTY | SplFileObject::READ_AHEAD | SplFileObject::DROP_NEW_LINE);
        $rows = iterator_to_array($file, false);
        $copy = $request->file('file')->storeAs('techniques', 'import.csv', 'local');

        return response()->json(['rows' => $rows, 'stored' => Storage::disk('local')->size($copy), 'still' => $request->file('file')->isValid() && is_uploaded_file($request->file('file')->getPathname())]);
    }

    private function raw(): Response
    {
        $to = tempnam(sys_get_temp_dir(), 'raw');
        $moved = move_uploaded_file($_FILES['file']['tmp_name'], $to);
        $contents = file_get_contents($to);
        unlink($to);

        return response()->json(['moved' => $moved, 'contents' => $contents, 'error' => $_FILES['file']['error'], 'gone' => ! file_exists($_FILES['file']['tmp_name'])]);
    }

    private function image(Request $request): Response
    {
        $file = $request->file('file');

        return response()->json(['size' => array_slice((array) getimagesize($file->getPathname()), 0, 3), 'dimensions' => $file->dimensions(), 'mime' => mime_content_type($file->path()), 'passes' => Validator::make($request->all(), ['file' => 'image|mimes:gif|max:100'])->passes()]);
    }

    /** The two steps of components that upload files while the form is still open. */
    private function temporary(Request $request): Response
    {
        abort_unless($request->hasValidSignature(false), 401);
        $names = array_map(static fn (UploadedFile $file): string => $file->storeAs('techniques/tmp', 'tmp-'.$file->getClientOriginalName(), 'local'), (array) $request->file('files'));

        return response()->json(['paths' => array_values($names)]);
    }

    private function attach(Request $request): Response
    {
        $disk = Storage::disk('local');
        $from = 'techniques/tmp/'.basename((string) $request->input('path'));
        $found = $disk->exists($from);
        $contents = $found ? $disk->get($from) : null;
        $disk->deleteDirectory('techniques/tmp');

        return response()->json(['found' => $found, 'contents' => $contents]);
    }

    private function move(Request $request): Response
    {
        $moved = $request->file('file')->move(storage_path('framework/testing'), 'moved.txt');
        $contents = file_get_contents($moved->getPathname());
        unlink($moved->getPathname());

        return response()->json(['contents' => $contents, 'name' => $moved->getFilename(), 'mode' => is_readable(storage_path('framework/testing'))]);
    }

    private function validate(Request $request): Response
    {
        $request->validate(['file' => 'required|file|mimes:txt|max:1', 'even' => 'even']);

        return response()->json(['valid' => true]);
    }
}
