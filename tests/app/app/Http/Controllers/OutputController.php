<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Support\Facades\Blade;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpFoundation\StreamedResponse;

/** PHP's own functions for headers and output, beside a response. */
final class OutputController extends Controller
{
    public function headers(string $case): Response
    {
        $answer = response("answer\n", 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
        match ($case) {
            'replace' => $this->say('X-Raw: one', 'X-Raw: two'),
            'remove' => $this->removed(),
            'list' => $answer->setContent($this->listed()),
            'status' => http_response_code(202),
            'status-line' => header('HTTP/1.1 404 Not Found'),
            'status-argument' => header('X-Raw: one', true, 201),
            'location' => header('Location: /elsewhere'),
            'content-type' => header('Content-Type: text/csv'),
            'same' => $this->say('X-Framework: php') ?? $answer->headers->set('X-Framework', 'framework'),
            'cookies' => $this->cookies($answer),
            'cookie-raw' => setrawcookie('raw', 'a%20b'),
            'cookie-options' => setcookie('options', 'v', ['expires' => time() + 3600, 'path' => '/php', 'domain' => 'localhost', 'secure' => true, 'httponly' => true, 'samesite' => 'Strict']),
            'cookie-gone' => setcookie('gone', ''),
            'callback' => header_register_callback(static fn () => header('X-Callback: yes')),
            'sent' => $answer->setContent($this->sent()),
            'sent-flushed' => $answer = $this->flushed(),
            'latin1' => $this->say("X-Raw: caf\xE9"),
            'utf8' => $answer->headers->set('X-Utf8', 'café'),
            'empty' => $answer->headers->set('X-Empty', ''),
            'zero' => $answer->headers->set('X-Zero', '0'),
            'many' => $answer->headers->set('X-Many', ['one', 'two']),
            'long' => $answer->headers->set('X-Long', str_repeat('x', 2500)),
            'date' => $answer->headers->set('Last-Modified', 'Sat, 01 Jan 2022 00:00:00 GMT'),
            'phrase' => $answer->setStatusCode(200, 'Very Well'),
            'length' => $answer->headers->set('Content-Length', '7'),
            default => abort(404),
        };

        return $answer;
    }

    public function buffers(string $case): Response
    {
        $answer = response("answer\n", 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
        match ($case) {
            'level' => $answer->setContent(ob_get_level().' '.json_encode(ob_list_handlers())),
            'open' => ob_start() && print "open\n",
            'clean' => $this->cleaned(),
            'callback' => ob_start(static fn (string $text): string => strtoupper($text)) && print "upper\n",
            'end-all' => $this->endAll(),
            'end-flush' => $this->endFlush(),
            'flush' => $this->flush(),
            'implicit' => $this->implicit(),
            'get-contents' => $answer->setContent($this->contents()),
            'large-echo' => print str_repeat("0123456789abcde\n", 20000),
            'print' => print "printed\n",
            'printf' => printf("%s %05.1f\n", 'formatted', 3.14159),
            'var-dump' => var_dump(['a' => 1, 'b' => null]),
            'readfile' => readfile(public_path('robots.txt')),
            'passthru' => passthru('echo from a program'),
            'output-stream' => file_put_contents('php://output', "to php://output\n"),
            'view' => $answer->setContent(Blade::render('a {{ $b }} <?php echo "c"; ?>', ['b' => '<b>'])),
            'phpinfo' => phpinfo(INFO_LICENSE),
            'highlight' => highlight_string('<?php echo "a";'),
            'gzip' => ob_start('ob_gzhandler') && print "packed\n",
            'stream-levels' => $answer = new StreamedResponse(static function (): void {
                echo 'level ', ob_get_level(), "\n";
            }, 200, ['Content-Type' => 'text/plain; charset=UTF-8']),
            'stream-clean' => $answer = new StreamedResponse(static function (): void {
                echo 'gone';
                ob_end_clean();
                echo "left\n";
            }, 200, ['Content-Type' => 'text/plain; charset=UTF-8']),
            'stream-output' => $answer = new StreamedResponse(static function (): void {
                $out = fopen('php://output', 'wb');
                fputcsv($out, ['a', 'b c', 'd"e']);
                fclose($out);
            }, 200, ['Content-Type' => 'text/csv; charset=UTF-8']),
            'stream-paced' => $answer = $this->paced(flush: true),
            'stream-unflushed' => $answer = $this->paced(flush: false),
            'stream-header' => $answer = new StreamedResponse(static function (): void {
                header('X-In-Stream: yes');
                echo "streamed\n";
            }, 200, ['Content-Type' => 'text/plain; charset=UTF-8']),
            'stream-file' => $answer = new StreamedResponse(static fn () => fpassthru(fopen(public_path('css/app.css'), 'rb')), 200, ['Content-Type' => 'text/css', 'Content-Length' => (string) filesize(public_path('css/app.css'))]),
            'stream-empty' => $answer = new StreamedResponse(static fn () => null, 200, ['Content-Type' => 'text/plain; charset=UTF-8']),
            default => abort(404),
        };

        return $answer;
    }

    private function say(string ...$lines): null
    {
        array_map(static fn (string $line) => header($line), $lines);

        return null;
    }

    private function removed(): void
    {
        header('X-Raw: one');
        header('X-Kept: yes');
        header_remove('X-Raw');
    }

    private function listed(): string
    {
        header('X-Raw: one');
        header('X-RAW: two', false);

        return implode("\n", array_filter(headers_list(), static fn (string $line): bool => stripos($line, 'x-raw') === 0))."\n";
    }

    private function cookies(\Illuminate\Http\Response $answer): void
    {
        setcookie('by_php', 'a b');
        $answer->withCookie(cookie('by_framework', 'c d', 5, raw: false));
    }

    private function sent(): string
    {
        $before = headers_sent();
        echo 'x';

        return var_export([$before, headers_sent()], true);
    }

    private function flushed(): StreamedResponse
    {
        return new StreamedResponse(static function (): void {
            echo "first\n";
            ob_flush();
            flush();
            echo var_export(headers_sent(), true), "\n";
            echo @header('X-Too-Late: yes') === null ? 'called' : '', "\n";
        }, 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
    }

    private function cleaned(): void
    {
        echo 'before';
        ob_clean();
        echo "after\n";
    }

    private function endAll(): void
    {
        echo 'lost';
        while (ob_get_level() > 0) {
            ob_end_clean();
        }
        echo "raw\n";
    }

    private function endFlush(): void
    {
        echo "one\n";
        while (ob_get_level() > 0) {
            ob_end_flush();
        }
        echo "two\n";
    }

    private function flush(): void
    {
        header('X-Before: yes');
        echo "flushed\n";
        ob_flush();
        flush();
    }

    private function implicit(): void
    {
        ob_implicit_flush();
        echo "implicit\n";
    }

    private function contents(): string
    {
        ob_start();
        echo 'inner';

        return 'kept: '.ob_get_clean()."\n";
    }

    private function paced(bool $flush): StreamedResponse
    {
        return new StreamedResponse(static function () use ($flush): void {
            for ($number = 1; $number <= 4; $number++) {
                echo "piece {$number}\n";
                if ($flush) {
                    ob_flush();
                    flush();
                }
                usleep(150_000);
            }
        }, 200, ['Content-Type' => 'text/plain; charset=UTF-8', 'X-Accel-Buffering' => 'no']);
    }
}
