<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Models\User;
use App\Services\Notebook;
use App\Services\ScopedNotebook;
use Carbon\Carbon;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Cookie;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Event;
use Illuminate\Support\Facades\View;

/** Each probe answers `before` (what it found) and `after` (what it left), and the process it ran in. */
final class BleedController extends Controller
{
    public function config(Request $request): JsonResponse
    {
        $before = config('bleed.value');
        config(['bleed.value' => $this->value($request)]);

        return $this->answer($before, config('bleed.value'));
    }

    /** A static property of the application: no resident server can know it, only a fork for each request forgets it. */
    public function static(Request $request): JsonResponse
    {
        $before = Notebook::$shared;
        Notebook::$shared = $this->value($request);

        return $this->answer($before, Notebook::$shared);
    }

    public function singleton(Request $request): JsonResponse
    {
        $singleton = app(Notebook::class);
        $scoped = app(ScopedNotebook::class);
        $before = ['singleton' => $singleton->notes, 'scoped' => $scoped->notes];
        $singleton->notes[] = $this->value($request);
        $scoped->notes[] = $this->value($request);

        return $this->answer($before, ['singleton' => $singleton->notes, 'scoped' => $scoped->notes]);
    }

    public function locale(Request $request): JsonResponse
    {
        $before = $this->locales();
        app()->setLocale($request->string('set', 'fr')->value());

        return $this->answer($before, $this->locales());
    }

    public function user(): JsonResponse
    {
        $before = Auth::id();
        Auth::setUser(User::query()->firstOrFail());

        return $this->answer($before, Auth::id());
    }

    public function view(Request $request): JsonResponse
    {
        $before = View::shared('bleed');
        View::share('bleed', $this->value($request));

        return $this->answer($before, View::shared('bleed'));
    }

    /** Whether everything that leads to the request leads to this one. */
    public function request(Request $request): JsonResponse
    {
        $before = [
            'container' => app('request') === $request,
            'facade' => \Illuminate\Support\Facades\Request::getFacadeRoot() === $request,
            'url' => url()->full() === $request->fullUrl(),
            'redirect' => redirect()->getUrlGenerator()->getRequest() === $request,
            'router' => app('router')->getCurrentRequest() === $request,
            'attribute' => $request->attributes->get('bleed'),
        ];
        $request->attributes->set('bleed', $this->value($request));

        return $this->answer($before, $request->attributes->get('bleed'));
    }

    /** Queues a cookie outside the middleware that would send it: the next page must not send it either. */
    public function cookie(Request $request): JsonResponse
    {
        $before = count(Cookie::getQueuedCookies());
        Cookie::queue('bleed', $this->value($request), 1);

        return $this->answer($before, count(Cookie::getQueuedCookies()));
    }

    /** Listens for an event of its own; a second hearing means that an earlier request still listens. */
    public function listener(): JsonResponse
    {
        $heard = 0;
        $before = count(Event::getRawListeners()['bleed.probe'] ?? []);
        Event::listen('bleed.probe', function () use (&$heard): void {
            $heard++;
        });
        Event::dispatch('bleed.probe');

        return $this->answer($before, $heard);
    }

    /** Leaves a transaction open; what it wrote must not be there afterwards, nor block others. */
    public function transaction(Request $request): JsonResponse
    {
        $before = [
            'level' => DB::transactionLevel(),
            'rows' => DB::table('cache')->where('key', 'bleed:transaction')->count(),
        ];
        DB::beginTransaction();
        DB::table('cache')->updateOrInsert(
            ['key' => 'bleed:transaction'],
            ['value' => $this->value($request), 'expiration' => 0],
        );

        return $this->answer($before, ['level' => DB::transactionLevel()]);
    }

    /** PHP's own settings: time zone, an ini value, the environment, an error handler. */
    public function php(Request $request): JsonResponse
    {
        $before = $this->settings();
        date_default_timezone_set('Asia/Tokyo');
        ini_set('precision', '5');
        putenv('BLEED='.$this->value($request));
        mb_internal_encoding('ISO-8859-1');

        return $this->answer($before, $this->settings());
    }

    /** Opens output buffers and leaves them open; what is in them belongs to this answer. */
    public function buffer(): JsonResponse
    {
        $before = ob_get_level();
        ob_start();
        ob_start();

        return $this->answer($before, ob_get_level());
    }

    private function value(Request $request): string
    {
        return $request->string('set', 'set')->value();
    }

    private function answer(mixed $before, mixed $after): JsonResponse
    {
        return response()->json(['before' => $before, 'after' => $after, 'pid' => getmypid()]);
    }

    /** @return array<string, mixed> */
    private function locales(): array
    {
        return [
            'app' => app()->getLocale(),
            'config' => config('app.locale'),
            'translator' => app('translator')->getLocale(),
            'carbon' => Carbon::getLocale(),
        ];
    }

    /** @return array<string, mixed> */
    private function settings(): array
    {
        return [
            'timezone' => date_default_timezone_get(),
            'precision' => ini_get('precision'),
            'environment' => getenv('BLEED') === false ? null : getenv('BLEED'),
            'encoding' => mb_internal_encoding(),
        ];
    }
}
