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
     * @param  list<string>  $paths  of the files that PHP takes
     */
    private function __construct(
        public readonly array $post,
        public readonly array $files,
        public readonly array $uploaded,
        public readonly array $paths,
    ) {
    }

    /**
     * @param  bool  $known  whether is_uploaded_file() knows the files
     */
    public static function of(Form $form, Limits $limits = new Limits, bool $known = false): self
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
        $uploaded = self::map($tree, static fn (int $i): ?UploadedFile => self::file($parts[$i], $known));
        $paths = array_values(array_filter(array_map(static fn (UploadedPart $part): string => $part->path, $parts), static fn (string $path): bool => $path !== ''));

        return new self(is_array($post) ? $post : [], $files, is_array($uploaded) ? $uploaded : [], $paths);
    }

    private static function file(UploadedPart $part, bool $known): ?UploadedFile
    {
        if ($part->error === UPLOAD_ERR_NO_FILE) {
            return null;
        }

        // Test mode where the file did not come through PHP's own upload: isValid() and move() must not ask for that.
        return new UploadedFile($part->path, $part->name, $part->type === '' ? null : $part->type, $part->error, ! $known);
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
            if (! self::balanced($part->field)) {
                continue;
            }
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

    /** PHP repairs names of fields, but takes no file whose name has brackets out of place. */
    private static function balanced(string $name): bool
    {
        return strpbrk($name, '[]') === false || preg_match('/^[^][]*(?:\[[^][]*\])*$/D', $name) === 1;
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
