<?php

declare(strict_types=1);

namespace App\Techniques;

use App\Models\User;
use Illuminate\Http\Request;
use Illuminate\Pagination\LengthAwarePaginator;
use Illuminate\Support\Facades\Blade;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\Session;
use Illuminate\Support\Facades\URL;
use Illuminate\Support\MessageBag;
use Illuminate\Support\ViewErrorBag;
use Symfony\Component\HttpFoundation\Response;

/** Pages, components and the requests behind them. */
final class PageController
{
    public function bar(): Response
    {
        User::query()->count();
        User::query()->find(1);

        return response(view('techniques::page')->render());
    }

    /** As clients that draw pages themselves ask for them, and components that keep their state in the page. */
    public function component(Request $request, Props $props, string $case): Response
    {
        return match ($case) {
            'page' => $props->render($request, 'Page', ['numbers' => [1, 2], 'lazy' => static fn (): int => User::query()->count()]),
            'save' => redirect('/t/component/page')->with('said', 'Saved '.$request->input('name')),
            'invalid' => redirect('/t/component/page')->withErrors(['name' => 'Too short'])->withInput(),
            'only' => $props->render($request, 'Only', tap(['mine' => true], static fn () => $props->share('leaked', $request->query('who')))),
            'mount' => response(Blade::render('<div snapshot="{{ $snapshot }}"></div>', ['snapshot' => $this->snapshot(['count' => 0, 'who' => $request->query('who')])])),
            'snapshot' => response()->json(['snapshot' => $this->snapshot(['count' => 0, 'who' => $request->query('who')])]),
            'update' => $this->update($request),
            default => abort(404),
        };
    }

    public function show(Request $request, string $case): mixed
    {
        return match ($case) {
            'settings' => $this->settings($request),
            'paginated' => response()->json((new LengthAwarePaginator(range(1, 2), 9, 2, null, ['path' => '/t/pages/paginated']))->appends($request->query())->toArray()),
            'links' => response((new LengthAwarePaginator(range(1, 2), 9, 2))->links()->toHtml()),
            'simple' => response()->json(User::query()->orderBy('id')->simplePaginate(2)->through(static fn (User $user): int => $user->id)->toArray()),
            'cursor' => response()->json(User::query()->orderBy('id')->cursorPaginate(2)->through(static fn (User $user): int => $user->id)->toArray()),
            'inner' => $this->inner($request),
            'flash' => redirect('/t/pages/flashed')->with('said', $request->input('said'))->withInput(),
            'flashed' => response()->json(['said' => Session::get('said'), 'old' => old('said'), 'all' => array_keys(Session::all())]),
            'tokens' => response()->json(['same' => csrf_token() === Session::token(), 'previous' => parse_url(url()->previous(), PHP_URL_PATH)]),
            'throws' => response(Blade::render('@section("a") left @if(true) {{ throw new \LogicException("in a view") }} @endif')),
            'after-throw' => response(Blade::render('before @yield("a", "nothing") after')),
            'signed' => response()->json(['valid' => $request->hasValidSignature(), 'url' => URL::temporarySignedRoute('page.1', 60) !== '']),
            'shared-errors' => $this->sharedErrors(),
            'cached' => response('cached')->setCache(['etag' => 'abc', 'max_age' => 60, 'public' => true]),
            'jsonp' => response()->json(['a' => 1])->withCallback('call'),
            'away' => redirect()->away('https://elsewhere.example/?a=b')->withCookie(cookie()->forever('kept', 'v'))->withoutCookie('gone'),
            'globals' => $this->globals(),
            'filtered' => $this->filtered(),
            'captured' => $this->captured($request),
            default => abort(404),
        };
    }

    /** @param  array<string, mixed>  $state */
    private function snapshot(array $state): string
    {
        $data = json_encode($state, JSON_THROW_ON_ERROR);

        return json_encode(['data' => $data, 'checksum' => hash_hmac('sha256', $data, (string) config('app.key'))], JSON_THROW_ON_ERROR);
    }

    private function update(Request $request): Response
    {
        $snapshot = json_decode((string) $request->input('snapshot'), true);
        abort_unless(hash_equals(hash_hmac('sha256', $snapshot['data'], (string) config('app.key')), $snapshot['checksum']), 419);
        $state = json_decode($snapshot['data'], true);
        foreach ((array) $request->input('calls', []) as $call) {
            $state['count'] += $call === 'increment' ? 1 : 0;
        }

        return response()->json(['snapshot' => $this->snapshot($state), 'html' => Blade::render('<b>{{ $count }} of {{ $who }}</b>', $state), 'effects' => ['url' => url()->full() === $request->fullUrl()]]);
    }

    private function settings(Request $request): Response
    {
        $settings = app(Settings::class);
        if ($request->query('set') !== null) {
            $settings->get('title');
            $settings->put('title', $request->query('set'));
        }

        return response()->json(['object' => $settings->get('title'), 'static' => Settings::$cache['title'] ?? null, 'function' => Settings::remembered('title'), 'helper' => techniques_setting('title'), 'view' => trim(view('techniques::page')->render())]);
    }

    /** A request within the request: the outer one must still be there afterwards. */
    private function inner(Request $request): Response
    {
        $inner = Request::create('/t/pages/flashed?inner=1');
        $answer = Route::dispatch($inner);
        $during = request()->query('inner');
        app()->instance('request', $request);

        return response()->json(['inner' => $answer->getStatusCode(), 'during' => $during, 'after' => request()->path(), 'route' => Route::current()?->uri()]);
    }

    private function sharedErrors(): Response
    {
        $before = view()->shared('errors') instanceof ViewErrorBag ? view()->shared('errors')->count() : null;
        view()->share('errors', (new ViewErrorBag)->put('default', new MessageBag(['a' => 'b'])));

        return response()->json(['before' => $before]);
    }

    private function globals(): Response
    {
        return response()->json(['get' => $_GET, 'post' => $_POST, 'request' => $_REQUEST, 'cookie' => array_keys($_COOKIE), 'method' => $_SERVER['REQUEST_METHOD'], 'self' => $_SERVER['PHP_SELF'], 'script' => basename($_SERVER['SCRIPT_FILENAME']), 'time' => abs($_SERVER['REQUEST_TIME'] - time()) < 2, 'uri' => $_SERVER['REQUEST_URI'], 'https' => $_SERVER['HTTPS'] ?? null]);
    }

    private function filtered(): Response
    {
        return response()->json([
            'get' => filter_input(INPUT_GET, 'a'),
            'number' => filter_input(INPUT_GET, 'n', FILTER_VALIDATE_INT),
            'has' => filter_has_var(INPUT_GET, 'a'),
            'post' => filter_input(INPUT_POST, 'b'),
            'cookie' => filter_input(INPUT_COOKIE, 'c'),
            'server' => filter_input(INPUT_SERVER, 'REQUEST_METHOD'),
            'array' => filter_input_array(INPUT_GET, ['a' => FILTER_DEFAULT, 'n' => FILTER_VALIDATE_INT]),
        ]);
    }

    private function captured(Request $request): Response
    {
        $captured = Request::capture();

        return response()->json(['path' => $captured->path(), 'input' => $captured->all(), 'same' => $captured->fullUrl() === $request->fullUrl(), 'body' => $captured->getContent(), 'symfony' => \Symfony\Component\HttpFoundation\Request::createFromGlobals()->getPathInfo()]);
    }
}
