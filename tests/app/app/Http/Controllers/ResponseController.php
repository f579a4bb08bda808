<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Http\JsonResponse;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Symfony\Component\HttpFoundation\Cookie;

/** Answers whose head is the point. */
final class ResponseController extends Controller
{
    public function status(int $code): Response
    {
        abort_unless($code >= 200 && $code <= 599, 404);

        return response("status {$code}\n", $code, ['Content-Type' => 'text/plain; charset=UTF-8']);
    }

    public function cookies(Request $request): JsonResponse
    {
        return response()
            ->json(['received' => $request->cookies->all()])
            ->withCookie(Cookie::create('first', 'one')->withHttpOnly(true)->withSameSite('lax'))
            ->withCookie(Cookie::create('second', 'two words; and = signs')->withHttpOnly(false)->withSameSite('strict'))
            ->withCookie(Cookie::create('third', 'raw-value')->withRaw(true)->withPath('/cookies'))
            ->withoutCookie('gone');
    }

    public function redirect(Request $request): RedirectResponse
    {
        return redirect('/about?from=redirect', $request->integer('status', 302));
    }

    /** One byte, é as 0xE9, in an answer header; and the bytes of the request's X-Latin1, in hexadecimal. */
    public function latin1(Request $request): Response
    {
        return response(['received' => bin2hex((string) $request->headers->get('X-Latin1', ''))])
            ->header('X-Latin1', "caf\xE9");
    }

    /** Early hints, by the object of the answer or (?other=1) by another one. */
    public function hints(Request $request): Response
    {
        $hints = new Response;
        $hints->headers->set('Link', '</css/app.css>; rel=preload; as=style');
        $hints->sendHeaders(103);
        $answer = $request->has('other') ? new Response : $hints;

        return $answer->setContent("hinted\n")->header('X-Framework', 'yes');
    }

    /** PHP's own functions beside the framework's response; with ?exit=1 instead of it. */
    public function header(Request $request): Response
    {
        header('X-Raw: one');
        header('X-Raw: two', false);
        setcookie('raw_cookie', 'raw value', ['path' => '/', 'httponly' => true]);
        http_response_code(203);

        if ($request->boolean('exit')) {
            header('Content-Type: text/plain; charset=UTF-8');
            echo "raw\n";
            exit;
        }

        return response("framework\n", 200, ['Content-Type' => 'text/plain; charset=UTF-8', 'X-Framework' => 'yes']);
    }

    public function echoed(): Response
    {
        echo "echoed\n";

        return response("returned\n", 200, ['Content-Type' => 'text/plain; charset=UTF-8', 'X-Framework' => 'yes']);
    }

    /** Heads that contradict the body, or HTTP itself, as a careless application writes them. */
    public function framing(string $kind): Response
    {
        $response = response("exactly 20 bytes...\n", 200, ['Content-Type' => 'text/plain; charset=UTF-8']);

        match ($kind) {
            'short' => $response->header('Content-Length', '30'),
            'long' => $response->header('Content-Length', '5'),
            'injected' => $response->header('X-Injected', "one\r\nX-Smuggled: two"),
            'name' => $response->header('X Bad Name', 'one'),
            'hop' => $response->withHeaders([
                'Connection' => 'keep-alive, X-Hop',
                'Keep-Alive' => 'timeout=99',
                'Transfer-Encoding' => 'gzip',
                'Trailer' => 'X-Hop',
                'Upgrade' => 'h2c',
            ]),
            'accel' => $response->header('X-Accel-Redirect', storage_path('app/downloads/sample.bin')),
            'sendfile' => $response->header('X-Sendfile', storage_path('app/downloads/sample.bin')),
            default => abort(404),
        };

        return $response;
    }
}
