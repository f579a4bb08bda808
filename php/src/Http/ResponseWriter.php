<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

use Closure;
use LaravelBridge\Wire\Answer;
use LaravelBridge\Wire\FileSpan;
use LaravelBridge\Worker\HeadersSent;
use LaravelBridge\Worker\Output;
use LaravelBridge\Worker\PhpHeaders;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

/**
 * Gives a prepared response to the wire. A small one is one write; a stream is a frame for each flush; a file is a path.
 */
final class ResponseWriter
{
    /** @var Closure(Response): string */
    private readonly Closure $phrase;

    /** @var Closure(BinaryFileResponse): array{int, int, bool, bool} offset, length (-1: to the end), delete, temporary object */
    private readonly Closure $span;

    private readonly PhpHeaders $phpHeaders;

    public function __construct()
    {
        $this->phpHeaders = new PhpHeaders;
        /** @var Closure(Response): string $phrase */
        $phrase = Closure::bind(static fn (Response $response): string => $response->statusText, null, Response::class);
        $this->phrase = $phrase;
        /** @var Closure(BinaryFileResponse): array{int, int, bool, bool} $span */
        $span = Closure::bind(static fn (BinaryFileResponse $response): array => [
            $response->offset,
            $response->maxlen,
            $response->deleteFileAfterSend,
            // Symfony 6.4 has no temporary objects.
            isset($response->tempFileObject),
        ], null, BinaryFileResponse::class);
        $this->span = $span;
    }

    public function write(Response $response, Request $request, Answer $answer, Output $output): void
    {
        $content = $response::class === BinaryFileResponse::class ? false : $response->getContent();
        if (is_string($content) && $output->nested() && ! $answer->begun()) {
            echo $content;
            $content = '';
        }
        $printed = $output->take();
        if ($answer->begun()) {
            // Something was flushed before there was a response: its head is gone, its content still follows.
            $this->stream($response, $answer, $output, $printed);

            return;
        }
        if (is_string($content) && ! ($output->hearsHeaders() && HeadersSent::ofProcess()->expectsCallback())) {
            $this->head($response, $answer, $printed);
            if (! $request->isMethod('HEAD')) {
                $answer->bytes($printed === '' ? $content : $printed.$content);
            }
            $answer->end(memory_get_peak_usage());

            return;
        }
        if ($response instanceof BinaryFileResponse && $response::class === BinaryFileResponse::class && $printed === '') {
            $file = $this->file($response);
            if ($file !== null) {
                $this->head($response, $answer, '', $file);
                $answer->end(memory_get_peak_usage());

                return;
            }
        }
        if ($response instanceof BinaryFileResponse && ! $response->isSuccessful()) {
            // A range that cannot be satisfied: Symfony leaves the length of the file in the head and sends nothing.
            $response->headers->remove('Content-Length');
        }
        if ($output->hearsHeaders()) {
            // Until the first bytes leave, the callback may still change the head, or fail.
            $response->sendHeaders();
            if ($printed !== '') {
                header_remove('Content-Length');
            }
        } else {
            $this->head($response, $answer, $printed);
        }
        $this->stream($response, $answer, $output, $printed);
    }

    private function stream(Response $response, Answer $answer, Output $output, string $printed): void
    {
        $output->stream($printed);
        $response->sendContent();
        $rest = $output->take();
        if (! $answer->begun()) {
            $this->phpHeaders->settle();
            $answer->head($this->phpHeaders->status() ?? 200, $this->phpHeaders->forPlainOutput());
        }
        $answer->bytes($rest);
        $answer->end(memory_get_peak_usage());
    }

    private function head(Response $response, Answer $answer, string $printed, ?FileSpan $file = null): void
    {
        $headers = $this->phpHeaders->all();
        foreach ($response->headers->allPreserveCaseWithoutCookies() as $name => $values) {
            $name = (string) $name;
            if ($printed !== '' && strcasecmp($name, 'Content-Length') === 0) {
                continue;
            }
            if ($headers !== [] && strcasecmp($name, 'Content-Type') === 0) {
                $headers = self::without($headers, $name);
            }
            foreach ($values as $value) {
                // What was hinted at stays in PHP's list, and belongs to the answer already.
                if (! EarlyHints::sent() || ! in_array([$name, (string) $value], $headers, true)) {
                    $headers[] = [$name, (string) $value];
                }
            }
        }
        foreach ($response->headers->getCookies() as $cookie) {
            $headers[] = ['Set-Cookie', (string) $cookie];
        }
        if (! $response->headers->has('Content-Type')) {
            $headers = PhpHeaders::withType($headers);
        }
        $status = $response->getStatusCode();
        $phrase = ($this->phrase)($response);
        $usual = Response::$statusTexts[$status] ?? 'unknown status';
        if ($status === 200 && PhpHeaders::redirect($headers)) {
            $status = 302;
        }
        $answer->head($status, $headers, $phrase === $usual ? null : $phrase, $file);
    }

    /**
     * @param  list<array{string, string}>  $headers
     * @return list<array{string, string}>
     */
    private static function without(array $headers, string $name): array
    {
        return array_values(array_filter($headers, static fn (array $header): bool => strcasecmp($header[0], $name) !== 0));
    }

    /**
     * What of the file the server is to send; null when there is nothing to send, or PHP alone can read it.
     */
    private function file(BinaryFileResponse $response): ?FileSpan
    {
        [$offset, $length, $delete, $temporary] = ($this->span)($response);
        $path = $response->getFile()->getRealPath();
        if ($temporary || $path === false || $length === 0 || ! $response->isSuccessful()) {
            return null;
        }
        $size = $response->getFile()->getSize();
        $length = $length < 0 ? $size - $offset : min($length, $size - $offset);

        return $length > 0 ? new FileSpan($path, $offset, $length, $delete) : null;
    }
}
