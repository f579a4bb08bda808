<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\Request;
use Illuminate\Support\Str;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\StreamedResponse;

final class DownloadController extends Controller
{
    private const SAMPLE_BYTES = 1048576;

    private const STREAM_MAX_MIB = 2048;

    public function attachment(): BinaryFileResponse
    {
        return response()->download($this->sample(), 'sample.bin', ['Content-Type' => 'application/octet-stream']);
    }

    public function inline(): BinaryFileResponse
    {
        return response()->file($this->sample(), ['Content-Type' => 'text/plain; charset=UTF-8']);
    }

    /** Sends a file made for this request; the header tells which, so that a test can see that it is gone afterwards. */
    public function delete(): BinaryFileResponse
    {
        $name = 'once-'.Str::random(16).'.bin';
        $path = storage_path("app/downloads/{$name}");
        copy($this->sample(), $path);

        return response()
            ->download($path, 'once.bin', ['X-File' => "app/downloads/{$name}"])
            ->deleteFileAfterSend();
    }

    /** `?mb=` MiB of a repeated 64 KiB block, in constant memory; `?length=1` announces the length. */
    public function stream(Request $request): StreamedResponse
    {
        $mib = max(0, min(self::STREAM_MAX_MIB, $request->integer('mb', 1)));
        $headers = ['Content-Type' => 'application/octet-stream'];

        if ($request->boolean('length')) {
            $headers['Content-Length'] = (string) ($mib * 1048576);
        }

        return response()->streamDownload(function () use ($mib): void {
            $block = PayloadController::text(64 * 1024);

            for ($left = $mib * 16; $left > 0 && ! connection_aborted(); $left--) {
                echo $block;
                flush();
            }
        }, "stream-{$mib}.bin", $headers);
    }

    private function sample(): string
    {
        $path = storage_path('app/downloads/sample.bin');

        if (! is_file($path) || filesize($path) !== self::SAMPLE_BYTES) {
            $temporary = $path.'.'.getmypid();
            file_put_contents($temporary, PayloadController::text(self::SAMPLE_BYTES));
            rename($temporary, $path);
        }

        return $path;
    }
}
