<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

use Illuminate\Http\UploadedFile;
use LaravelBridge\Wire\Form;
use LaravelBridge\Wire\UploadedPart;

/**
 * A multipart form as PHP presents one: $_POST, $_FILES with its nested names turned inside out, and file objects.
 *
 * The names are parsed by parse_str, so that brackets, dots and the limits of php.ini work as ever; the values, which may
 * be large, stand behind numbers meanwhile.
 */
final class FormData
{
    /**
     * @param  array<array-key, mixed>  $post
     * @param  array<array-key, mixed>  $files  the shape of $_FILES
     * @param  array<array-key, mixed>  $uploaded  the same tree with UploadedFile objects; null where no file was chosen
     */
    private function __construct(
        public readonly array $post,
        public readonly array $files,
        public readonly array $uploaded,
    ) {
    }

    public static function of(Form $form, Limits $limits = new Limits): self
    {
        $names = [];
        $values = [];
        foreach ($form->fields as [$name, $value]) {
            $names[] = $name;
            $values[] = $value;
        }
        $post = self::map(self::tree($names), static fn (int $i): string => $values[$i]);

        $parts = self::withinLimits($form, $limits);
        $tree = self::tree(array_map(static fn (UploadedPart $part): string => $part->field, $parts));
        $files = [];
        foreach ($tree as $field => $branch) {
            $files[$field] = [
                'name' => self::map($branch, static fn (int $i): string => self::baseName($parts[$i]->name)),
                'full_path' => self::map($branch, static fn (int $i): string => $parts[$i]->name),
                'type' => self::map($branch, static fn (int $i): string => $parts[$i]->type),
                'tmp_name' => self::map($branch, static fn (int $i): string => $parts[$i]->path),
                'error' => self::map($branch, static fn (int $i): int => $parts[$i]->error),
                'size' => self::map($branch, static fn (int $i): int => $parts[$i]->size),
            ];
        }
        $uploaded = self::map($tree, static fn (int $i): ?UploadedFile => self::file($parts[$i]));

        return new self(is_array($post) ? $post : [], $files, is_array($uploaded) ? $uploaded : []);
    }

    private static function file(UploadedPart $part): ?UploadedFile
    {
        if ($part->error === UPLOAD_ERR_NO_FILE) {
            return null;
        }

        // Test mode: the file did not come through PHP's own upload, so move() must not ask for that.
        return new UploadedFile($part->path, $part->name, $part->type === '' ? null : $part->type, $part->error, true);
    }

    /**
     * The files as PHP would take them: not more than it may, and an error in the place of one that is too large. The file
     * itself is the server's, which removes it.
     *
     * @return list<UploadedPart>
     */
    private static function withinLimits(Form $form, Limits $limits): array
    {
        // A form may say so itself, in a field before its files; PHP believes the last one.
        $own = PHP_INT_MAX;
        foreach ($form->fields as [$name, $value]) {
            if ($name === 'MAX_FILE_SIZE' && (int) $value > 0) {
                $own = (int) $value;
            }
        }
        $parts = [];
        $taken = 0;
        foreach ($form->files as $part) {
            if ($part->error === UPLOAD_ERR_NO_FILE) {
                $parts[] = $part;

                continue;
            }
            if (++$taken > $limits->files) {
                break;
            }
            $error = match (true) {
                $part->error !== UPLOAD_ERR_OK => $part->error,
                $part->size > $limits->file => UPLOAD_ERR_INI_SIZE,
                $part->size > $own => UPLOAD_ERR_FORM_SIZE,
                default => UPLOAD_ERR_OK,
            };
            // With an error PHP tells no type, no size and no path.
            $parts[] = $error === UPLOAD_ERR_OK ? $part : new UploadedPart($part->field, $part->name, '', '', 0, $error);
        }

        return $parts;
    }

    /**
     * @param  list<string>  $names
     * @return array<array-key, mixed> with the index of the name as each leaf
     */
    private static function tree(array $names): array
    {
        $query = [];
        foreach ($names as $i => $name) {
            $query[] = rawurlencode($name).'='.$i;
        }
        // Over max_input_vars PHP warns, and takes what fits.
        @parse_str(implode('&', $query), $tree);

        return $tree;
    }

    /**
     * @param  callable(int): mixed  $leaf
     */
    private static function map(mixed $branch, callable $leaf): mixed
    {
        if (! is_array($branch)) {
            return $leaf((int) $branch);
        }
        foreach ($branch as $key => $value) {
            $branch[$key] = self::map($value, $leaf);
        }

        return $branch;
    }

    private static function baseName(string $path): string
    {
        $slash = max(strrpos($path, '/') === false ? -1 : strrpos($path, '/'), strrpos($path, '\\') === false ? -1 : strrpos($path, '\\'));

        return substr($path, $slash + 1);
    }
}
