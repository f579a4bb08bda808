<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

use Illuminate\Http\Request;
use LaravelBridge\Wire;
use RuntimeException;

/**
 * Makes Laravel's request out of the one that came over the wire, and fills PHP's own variables, which packages read.
 */
final class RequestFactory
{
    private readonly ServerVariables $variables;

    public function __construct(string $publicPath)
    {
        $this->variables = new ServerVariables($publicPath);
    }

    public function make(Wire\Request $message): Request
    {
        $server = $this->variables->of($message);
        $query = [];
        if ($server['QUERY_STRING'] !== '') {
            parse_str($server['QUERY_STRING'], $query); // @phpstan-ignore argument.type (always a string)
        }
        $cookies = isset($server['HTTP_COOKIE']) ? Cookies::parse($server['HTTP_COOKIE']) : []; // @phpstan-ignore argument.type
        $post = [];
        $files = [];
        $uploaded = [];
        if ($message->form !== null) {
            $form = FormData::of($message->form);
            [$post, $files, $uploaded] = [$form->post, $form->files, $form->uploaded];
        } elseif ($message->length > 0 && self::isForm($server['CONTENT_TYPE'] ?? '')) {
            parse_str($message->spool === null ? $message->body : self::contents($message->spool), $post);
        }

        $_SERVER = $server;
        $_GET = $query;
        // As under PHP, $_POST belongs to POST alone; the request object has the form of PUT, PATCH and DELETE too.
        $_POST = $message->method === 'POST' ? $post : [];
        $_COOKIE = $cookies;
        $_FILES = $files;
        $_REQUEST = $_POST === [] ? $query : $_POST + $query;

        $content = $message->spool === null ? $message->body : self::open($message->spool);
        $request = new Request($query, $post, [], $cookies, [], $server, $content);
        if ($uploaded !== []) {
            $request->files->replace(self::chosen($uploaded));
        }
        if (isset($server['CONTENT_TYPE']) && $request->isJson()) {
            $request->request = $request->json();
        }

        return $request;
    }

    private static function isForm(mixed $type): bool
    {
        return is_string($type) && preg_match('~^application/x-www-form-urlencoded(?:[\s;,]|$)~i', $type) === 1;
    }

    private static function contents(string $path): string
    {
        $contents = @file_get_contents($path);

        return $contents === false ? throw new RuntimeException("The spooled body {$path} cannot be read.") : $contents;
    }

    /**
     * @return resource
     */
    private static function open(string $path): mixed
    {
        $stream = @fopen($path, 'rb');

        return $stream === false ? throw new RuntimeException("The spooled body {$path} cannot be read.") : $stream;
    }

    /**
     * Without the fields in which no file was chosen, as Laravel's own capture() leaves them out.
     *
     * @param  array<array-key, mixed>  $files
     * @return array<array-key, mixed>
     */
    private static function chosen(array $files): array
    {
        foreach ($files as $key => $file) {
            if (is_array($file)) {
                $files[$key] = self::chosen($file);
            }
            if (empty($files[$key])) {
                unset($files[$key]);
            }
        }

        return $files;
    }
}
