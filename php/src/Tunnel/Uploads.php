<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use Illuminate\Http\UploadedFile;

/** The files of a form: `UploadedFile`s in the place of what stands for them in the input. */
final class Uploads
{
    /** @param  array<mixed>  $files  what the server says of them, by id; nothing else is believed */
    public static function into(mixed $input, array $files): mixed
    {
        if ($files === [] || ! is_array($input)) {
            return $input;
        }
        $id = $input['id'] ?? null;
        $file = ($input['$runnerFile'] ?? $input['$ejson'] ?? null) === 'File' && is_string($id) ? $files[$id] ?? null : null;
        if (is_array($file)) {
            $meta = is_array($input['meta'] ?? null) ? $input['meta'] : [];

            return new UploadedFile((string) $file['path'], (string) ($meta['name'] ?? $file['name']), $meta['type'] ?? $file['type'] ?? null, UPLOAD_ERR_OK, true);
        }

        return array_map(static fn (mixed $item): mixed => self::into($item, $files), $input);
    }
}
