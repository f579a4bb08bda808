<?php

declare(strict_types=1);

namespace App\Tunnel;

use Generator;
use Illuminate\Http\UploadedFile;
use LaravelBridge\Tunnel\Body;
use LaravelBridge\Tunnel\Stream;
use LaravelBridge\Tunnel\Task;

/** Tasks that take files and bytes, and answer with streams. */
final class DemoFiles
{
    /** @return array<string, list<string>> */
    public function rules(): array
    {
        return ['file' => ['sometimes', 'file', 'mimes:txt', 'max:100']];
    }

    /** @return array<string, mixed> */
    #[Task('demo.upload')]
    public function upload(UploadedFile $file): array
    {
        return ['name' => $file->getClientOriginalName(), 'size' => $file->getSize(), 'sum' => md5($file->getContent())];
    }

    #[Task('demo.upper')]
    public function upper(Body $body): Generator
    {
        foreach ($body->chunks() as $chunk) {
            yield strtoupper($chunk);
        }
    }

    #[Task('demo.rows')]
    public function rows(): Stream
    {
        return new Stream((static function (): Generator {
            for ($row = 1; $row <= 3; $row++) {
                yield "$row\n";
            }
        })(), 'text/csv');
    }

    /** @param  array{headers: array<string, string>}  $context */
    public function allowed(array $context): bool
    {
        return ($context['headers']['x-user'] ?? '') !== 'eve';
    }
}
