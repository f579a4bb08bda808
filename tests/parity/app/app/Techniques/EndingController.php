<?php

declare(strict_types=1);

namespace App\Techniques;

use Illuminate\Http\Exceptions\HttpResponseException;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Storage;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpFoundation\StreamedResponse;

/** How exports, downloads, progress pages and old code end a request. */
final class EndingController
{
    public function show(Request $request, string $case): mixed
    {
        $file = public_path('css/app.css');

        return match ($case) {
            'readfile' => $this->readfile($file, clean: false),
            'readfile-clean' => $this->readfile($file, clean: true),
            'csv' => $this->csv(),
            'csv-stream' => response()->streamDownload(fn () => $this->rows('php://output'), 'rows.csv', ['Content-Type' => 'text/csv']),
            'csv-temp' => $this->csvTemp(),
            'send' => $this->sent(response()->download($file, 'style.css')),
            'send-json' => $this->sent(response()->json(['sent' => true], 202)->withHeaders(['X-Sent' => 'yes'])),
            'send-stream' => $this->sent(new StreamedResponse(static function (): void {
                echo "first\n";
                flush();
                echo "second\n";
            }, 200, ['Content-Type' => 'text/plain'])),
            'send-return' => tap(response('sent twice?', 203, ['X-Sent' => 'yes']))->send(),
            'send-headers' => $this->sendHeaders(),
            'thrown' => throw new HttpResponseException(response()->json(['thrown' => true], 418)),
            'json-die' => $this->jsonDie(),
            'pdf' => $this->pdf(),
            'zip' => $this->zip(),
            'zip-file' => $this->zipFile(),
            'temp' => $this->temporary(),
            'progress' => $this->progress(),
            'progress-response' => new StreamedResponse(fn () => $this->lines(), 200, ['Content-Type' => 'text/html; charset=UTF-8', 'X-Accel-Buffering' => 'no']),
            'fpassthru' => new StreamedResponse(static fn () => fpassthru(fopen($file, 'rb')), 200, ['Content-Type' => 'text/css', 'Content-Length' => (string) filesize($file)]),
            'copy' => new StreamedResponse(static fn () => stream_copy_to_stream(fopen($file, 'rb'), fopen('php://output', 'wb')), 200, ['Content-Type' => 'text/css']),
            'storage' => tap(Storage::disk('local')->put('techniques.txt', "stored\n")) ? Storage::disk('local')->download('techniques.txt', 'näme.txt') : null,
            'storage-response' => Storage::disk('local')->put('techniques.txt', "stored\n") ? Storage::disk('local')->response('techniques.txt') : null,
            'not-found' => $this->plain(404, 'nothing here'),
            'unavailable' => $this->plain(503, 'later'),
            'basic' => $this->basic(),
            'authenticated' => response()->json([$_SERVER['PHP_AUTH_USER'] ?? null, $_SERVER['PHP_AUTH_PW'] ?? null]),
            'refresh' => $this->location('Refresh: 0;url=/next'),
            'moved' => $this->location('Location: /next', 301),
            'moved-default' => $this->location('Location: /next'),
            'session' => $this->session($request),
            'session-destroyed' => $this->sessionDestroyed(),
            'finish' => $this->finish($request),
            'long' => $this->long($request),
            'long-done' => response()->json(['done' => $this->awaited((string) $request->query('run'))]),
            'nested' => $this->nested(),
            'buffered-error' => $this->bufferedError(),
            'removed' => $this->removed(),
            'compressed' => $this->compressed(),
            'callback' => $this->callback(),
            'sent-headers' => $this->sentHeaders(),
            'image' => $this->image(),
            'xml' => response()->view('techniques::page', [], 200, ['Content-Type' => 'text/xml']),
            'delete-after' => (new BinaryFileResponse($this->copied($file)))->deleteFileAfterSend(),
            'large' => new StreamedResponse(static function (): void {
                for ($i = 0; $i < 256; $i++) {
                    echo str_repeat(chr(65 + $i % 26), 8192);
                }
            }, 200, ['Content-Type' => 'application/octet-stream']),
            'connection' => response()->json(['status' => connection_status(), 'aborted' => connection_aborted()]),
            default => abort(404),
        };
    }

    private function readfile(string $file, bool $clean): never
    {
        if ($clean) {
            while (ob_get_level() > 0) {
                ob_end_clean();
            }
        }
        header('Content-Type: text/css');
        header('Content-Disposition: attachment; filename="style.css"');
        header('Content-Length: '.filesize($file));
        header('Cache-Control: must-revalidate');
        readfile($file);
        exit;
    }

    private function csv(): never
    {
        header('Content-Type: text/csv; charset=utf-8');
        header('Content-Disposition: attachment; filename=rows.csv');
        $this->rows('php://output');
        exit;
    }

    private function rows(string $to): mixed
    {
        $out = fopen($to, 'w+');
        fwrite($out, "\xEF\xBB\xBF");
        foreach ([['id', 'name'], [1, 'naïve, "quoted"'], [2, "two\nlines"]] as $row) {
            fputcsv($out, $row);
        }

        return $out;
    }

    private function csvTemp(): Response
    {
        $temp = $this->rows('php://temp');
        rewind($temp);

        return response(stream_get_contents($temp), 200, ['Content-Type' => 'text/csv']);
    }

    private function sent(Response $response): never
    {
        $response->prepare(request());
        $response->send();
        exit;
    }

    private function sendHeaders(): never
    {
        response('', 206, ['X-Sent' => 'headers'])->sendHeaders();
        echo 'a body of its own';
        exit;
    }

    private function jsonDie(): never
    {
        header('Content-Type: application/json');
        http_response_code(422);
        exit(json_encode(['error' => 'by die']));
    }

    private function pdf(): never
    {
        ob_start();
        echo "%PDF-1.4\n%binary \xE2\xE3\n";
        $bytes = ob_get_clean();
        header('Content-Type: application/pdf');
        header('Content-Length: '.strlen($bytes));
        header('Content-Disposition: inline; filename="page.pdf"');
        echo $bytes;
        exit(0);
    }

    /** Written to php://output piece by piece, by a callback. */
    private function zip(): Response
    {
        return response()->streamDownload(static function (): void {
            $out = fopen('php://output', 'wb');
            foreach (['PK', str_repeat("\0", 5000), str_repeat('z', 20000), 'end'] as $part) {
                fwrite($out, $part);
                fflush($out);
                flush();
            }
            fclose($out);
        }, 'archive.zip', ['Content-Type' => 'application/zip', 'X-Accel-Buffering' => 'no']);
    }

    private function zipFile(): Response
    {
        $path = tempnam(sys_get_temp_dir(), 'zip');
        $zip = new \ZipArchive;
        $zip->open($path, \ZipArchive::OVERWRITE);
        $zip->addFromString('a.txt', 'contents');
        $zip->setMtimeName('a.txt', 1_000_000_000);
        $zip->close();

        return response()->download($path, 'archive.zip')->deleteFileAfterSend();
    }

    private function temporary(): Response
    {
        $file = tmpfile();
        fwrite($file, 'temporary');
        rewind($file);
        $path = stream_get_meta_data($file)['uri'];

        return response()->json(['there' => is_file($path), 'read' => stream_get_contents($file), 'folder' => is_writable(sys_get_temp_dir())]);
    }

    private function progress(): never
    {
        header('Content-Type: text/html; charset=UTF-8');
        header('X-Accel-Buffering: no');
        while (ob_get_level() > 0) {
            ob_end_flush();
        }
        ob_implicit_flush();
        $this->lines();
        exit;
    }

    private function lines(): void
    {
        for ($i = 1; $i <= 3; $i++) {
            echo str_pad("<p>step $i</p>", 100), "\n";
            @ob_flush();
            flush();
            usleep(150_000);
        }
    }

    private function plain(int $status, string $text): never
    {
        header($_SERVER['SERVER_PROTOCOL']." $status Made Up");
        echo $text;
        exit;
    }

    private function basic(): never
    {
        header('WWW-Authenticate: Basic realm="Techniques"');
        header('HTTP/1.0 401 Unauthorized');
        exit('log in');
    }

    private function location(string $line, int $status = 0): never
    {
        header($line, true, $status);
        exit;
    }

    private function session(Request $request): Response
    {
        session_name('techniques');
        session_start(['cookie_httponly' => true]);
        $_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;
        if ($request->query('renew') !== null) {
            session_regenerate_id(true);
        }

        return response()->json(['count' => $_SESSION['count'], 'name' => session_name(), 'active' => session_status() === PHP_SESSION_ACTIVE]);
    }

    private function sessionDestroyed(): Response
    {
        session_name('techniques');
        session_start();
        $before = $_SESSION;
        $_SESSION = [];
        setcookie(session_name(), '', 1, '/');
        session_destroy();

        return response()->json(['before' => $before]);
    }

    private function finish(Request $request): never
    {
        ignore_user_abort(true);
        set_time_limit(0);
        header('Content-Length: 7');
        header('Connection: close');
        echo 'begun.
';
        session_write_close();
        fastcgi_finish_request();
        usleep(50_000);
        Cache::store('file')->put('techniques:long:'.$request->query('run'), 'finished', 60);
        exit;
    }

    private function long(Request $request): Response
    {
        register_shutdown_function(static function () use ($request): void {
            usleep(20_000);
            Cache::store('file')->put('techniques:long:'.$request->query('run'), 'by shutdown', 60);
        });

        return response()->json(['begun' => true]);
    }

    private function awaited(string $run): mixed
    {
        for ($i = 0; $i < 300 && ! Cache::store('file')->has("techniques:long:$run"); $i++) {
            usleep(10_000);
        }

        return Cache::store('file')->pull("techniques:long:$run");
    }

    private function nested(): Response
    {
        ob_start();
        echo 'outer ';
        ob_start();
        echo 'inner';
        $inner = ob_get_clean();
        $outer = ob_get_clean();

        return response("$outer|$inner|".ob_get_length());
    }

    private function bufferedError(): never
    {
        ob_start();
        echo 'never seen';
        throw new \LogicException('within a buffer');
    }

    private function removed(): Response
    {
        header('X-One: 1');
        header('X-Two: 2');
        header_remove('X-One');

        return response()->json(['list' => array_values(array_filter(headers_list(), static fn (string $line): bool => str_starts_with($line, 'X-T') || str_starts_with($line, 'X-O'))), 'sent' => headers_sent()]);
    }

    private function compressed(): Response
    {
        ob_start('ob_gzhandler');
        echo str_repeat('compress me ', 200);

        return response('', 200, ['Content-Type' => 'text/plain']);
    }

    private function callback(): Response
    {
        header('X-Before: 1');
        header_register_callback(static function (): void {
            header('X-Callback: '.count(headers_list()) > 0 ? 'X-Callback: seen' : 'X-Callback: none');
            header_remove('X-Before');
        });

        return response('called back', 200, ['X-Framework' => 'yes']);
    }

    private function sentHeaders(): StreamedResponse
    {
        return new StreamedResponse(static function (): void {
            $before = headers_sent();
            echo str_repeat('x', 10), "\n";
            ob_flush();
            flush();
            echo json_encode([$before, headers_sent()]), "\n";
        }, 200, ['Content-Type' => 'text/plain']);
    }

    private function image(): never
    {
        header('Content-Type: image/gif');
        header_remove('Pragma');
        header('Expires: '.gmdate('D, d M Y H:i:s', 2_000_000_000).' GMT');
        exit(base64_decode('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'));
    }

    private function copied(string $file): string
    {
        $path = storage_path('app/downloads/once-'.bin2hex(random_bytes(4)));
        copy($file, $path);
        touch($path, 1_000_000_000);

        return $path;
    }
}
