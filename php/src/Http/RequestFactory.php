<?php

declare(strict_types=1);

namespace LaravelBridge\Http;

use Closure;
use Illuminate\Http\Request;
use LaravelBridge\Wire;
use LaravelBridge\Worker\SapiRequest;
use RuntimeException;
use Symfony\Component\HttpFoundation\Request as SymfonyRequest;

/**
 * Makes Laravel's request out of the one that came over the wire, and fills PHP's own variables, which packages read.
 */
final class RequestFactory
{
    /** The methods whose body PHP, or Symfony for it, reads as a form. */
    private const WITH_FORM = ['POST', 'PUT', 'PATCH', 'DELETE'];

    private readonly ServerVariables $variables;

    private readonly Limits $limits;

    private readonly SapiRequest $sapi;

    /** @var Closure(SymfonyRequest, string, string): void */
    private readonly Closure $locate;

    public function __construct(string $publicPath, ?Limits $limits = null)
    {
        $this->sapi = SapiRequest::instance();
        $this->variables = new ServerVariables($publicPath);
        $this->limits = $limits ?? Limits::ofPhp();
        /** @var Closure(SymfonyRequest, string, string): void $locate */
        $locate = Closure::bind(static function (SymfonyRequest $request, string $target, string $path): void {
            $request->requestUri = $target;
            $request->baseUrl = '';
            $request->basePath = '';
            $request->pathInfo = $path;
        }, null, SymfonyRequest::class);
        $this->locate = $locate;
    }

    /**
     * Each call is followed by one of forget(), when the request is over.
     */
    public function make(Wire\Request $message): Request
    {
        $server = $this->variables->of($message);
        $query = [];
        if ($server['QUERY_STRING'] !== '') {
            // Over max_input_vars PHP warns, and takes what fits.
            @parse_str($server['QUERY_STRING'], $query);
        }
        $cookies = isset($server['HTTP_COOKIE']) ? Cookies::parse($server['HTTP_COOKIE']) : [];
        $post = [];
        $files = [];
        $uploaded = [];
        $form = null;
        if ($message->length > $this->limits->post) {
            // As under PHP: nothing of it is read as a form. Laravel answers 413.
        } elseif ($message->form !== null) {
            $form = FormData::of($message->form, $this->limits, $this->sapi->knowsFiles());
            [$post, $files, $uploaded] = [$form->post, $form->files, $form->uploaded];
        } elseif ($message->length > 0 && in_array($message->method, self::WITH_FORM, true) && self::isForm($server['CONTENT_TYPE'])) {
            @parse_str($message->spool === null ? $message->body : self::contents($message->spool), $post);
        }

        $_SERVER = $server;
        $_GET = $query;
        // As under PHP, $_POST belongs to POST alone; the request object has the form of PUT, PATCH and DELETE too.
        $_POST = $message->method === 'POST' ? $post : [];
        $_COOKIE = $cookies;
        $_FILES = $files;
        $_REQUEST = $_POST === [] ? $query : array_replace_recursive($query, $_POST);

        $this->sapi->begin($message->body, $message->spool, $form === null ? [] : $form->paths);
        // Symfony opens php://input where it is given nothing.
        $content = $message->spool === null ? $message->body : ($this->sapi->knowsBody() ? null : self::open($message->spool));
        $request = new Request($query, $post, [], $cookies, [], $server, $content);
        $this->tellWhere($request, $message->target);
        if ($uploaded !== []) {
            $request->files->replace(self::chosen($uploaded));
        }
        if ($server['CONTENT_TYPE'] !== '' && $request->isJson()) {
            $request->request = $request->json();
        }

        return $request;
    }

    /** The request is over: PHP forgets its body and its files. */
    public function forget(): void
    {
        $this->sapi->end();
    }

    /**
     * The parts of the address, which Symfony would work out of the server variables. Where index.php, a fragment or an
     * escape might make a difference, it does.
     */
    private function tellWhere(Request $request, string $target): void
    {
        if ($target === '' || $target[0] !== '/' || strpbrk($target, '%#') !== false || str_starts_with($target, '/index.php')) {
            return;
        }
        $query = strpos($target, '?');
        ($this->locate)($request, $target, $query === false ? $target : substr($target, 0, $query));
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
