<?php

declare(strict_types=1);

namespace App\Techniques;

use App\Models\User;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Crypt;
use Illuminate\Support\Facades\Gate;
use Illuminate\Support\Facades\Password;
use Illuminate\Support\Facades\RateLimiter;
use Illuminate\Support\Facades\Session;
use Symfony\Component\HttpFoundation\Response;

/** Who is who: guards, remembered logins, logging in as somebody else, second factors, captchas, permissions. */
final class AccountController
{
    public function show(Request $request, string $case): mixed
    {
        return match ($case) {
            'who' => $this->who(),
            'login' => $this->login($request),
            'logout' => $this->logout($request),
            'once' => tap(response()->json(['id' => Auth::onceUsingId(2) ? Auth::id() : null])),
            'set' => response()->json(['id' => tap(Auth::id(), static fn () => Auth::setUser(User::query()->findOrFail(2)))]),
            'as' => $this->as((int) $request->query('id')),
            'back' => $this->back(),
            'token' => response()->json(['by token' => Auth::guard('token')->user()?->getAuthIdentifier(), 'check' => Auth::guard('token')->check()]),
            'switched' => $this->switched(),
            'factor' => $this->factor($request),
            'captcha' => $this->captcha($request),
            'throttled' => $this->throttled($request),
            'reset' => $this->reset(),
            'locale' => $this->locale($request),
            'forget' => response()->json(['forgotten' => Session::pull('techniques.password') !== null]),
            'password' => $this->password($request),
            'invalidate' => tap(response()->json(['id' => Auth::id()]), static fn () => $request->session()->invalidate()),
            default => abort(404),
        };
    }

    private function who(): Response
    {
        return response()->json([
            'id' => Auth::id(),
            'via remember' => Auth::viaRemember(),
            'guard' => Auth::getDefaultDriver(),
            'permissions' => [app(Permissions::class)->allows('read'), app(Permissions::class)->allows('write')],
            'gates' => [Gate::allows('everything'), Gate::allows('edit', 2), Gate::forUser(User::query()->find(1))->allows('edit', 1)],
            'request' => request()->user()?->id,
            'as' => Session::get('techniques.as'),
            'view' => trim(view('techniques::page')->render()),
        ]);
    }

    private function login(Request $request): Response
    {
        $user = User::query()->findOrFail((int) $request->input('id', 1));
        Auth::login($user, $request->boolean('remember'));
        $request->session()->regenerate();

        return redirect()->intended('/t/accounts/who');
    }

    private function logout(Request $request): Response
    {
        Auth::logout();
        $request->session()->invalidate();
        $request->session()->regenerateToken();

        return redirect('/t/accounts/who');
    }

    private function as(int $id): Response
    {
        Session::put('techniques.as', Auth::id());
        Auth::loginUsingId($id);

        return redirect('/t/accounts/who');
    }

    private function back(): Response
    {
        Auth::loginUsingId((int) Session::pull('techniques.as'));

        return redirect('/t/accounts/who');
    }

    private function switched(): Response
    {
        $before = [Auth::getDefaultDriver(), config('auth.defaults.guard')];
        Auth::shouldUse('token');
        config(['auth.guards.web.provider' => 'counted']);

        return response()->json(['before' => $before, 'id' => Auth::id()]);
    }

    private function factor(Request $request): Response
    {
        if ($request->isMethod('GET')) {
            Session::put('techniques.factor', ['user' => (int) $request->query('id'), 'code' => '123456', 'tries' => 0]);

            return response()->json(['asked' => true, 'id' => Auth::id()]);
        }
        $factor = Session::get('techniques.factor');
        if ($factor === null || $request->input('code') !== $factor['code']) {
            Session::put('techniques.factor.tries', ($factor['tries'] ?? 0) + 1);

            return back()->withErrors(['code' => 'Wrong, '.Session::get('techniques.factor.tries')])->withInput();
        }
        Session::forget('techniques.factor');
        Auth::loginUsingId($factor['user']);

        return redirect()->route('members');
    }

    /** An image by header() and print, with its solution in the session. */
    private function captcha(Request $request): Response
    {
        if ($request->isMethod('POST')) {
            return response()->json(['right' => Crypt::decryptString(Session::pull('techniques.captcha', Crypt::encryptString('none'))) === $request->input('answer')]);
        }
        Session::put('techniques.captcha', Crypt::encryptString('x7k'));

        return response()->stream(static function (): void {
            echo base64_decode('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7');
        }, 200, ['Content-Type' => 'image/gif', 'Cache-Control' => 'no-store']);
    }

    private function throttled(Request $request): Response
    {
        $key = 'techniques:'.$request->header('X-Run');
        $hits = RateLimiter::hit($key, 60);

        return response()->json(['left' => RateLimiter::remaining($key, 3), 'many' => RateLimiter::tooManyAttempts($key, 3)], $hits > 3 ? 429 : 200);
    }

    private function reset(): Response
    {
        $user = User::query()->findOrFail(1);
        $token = Password::createToken($user);

        return response()->json(['exists' => Password::tokenExists($user, $token), 'other' => Password::tokenExists(User::query()->findOrFail(2), $token)]);
    }

    /** The language of a session, or of the browser. */
    private function locale(Request $request): Response
    {
        $before = app()->getLocale();
        if ($request->query('set') !== null) {
            Session::put('techniques.locale', $request->query('set'));
        }
        app()->setLocale(Session::get('techniques.locale', $request->getPreferredLanguage(['en', 'de', 'fr'])));

        return response()->json(['before' => $before, 'now' => app()->getLocale(), 'html' => trim(view('techniques::page')->render()), 'month' => now()->setDate(2024, 5, 1)->isoFormat('MMMM')]);
    }

    private function password(Request $request): Response
    {
        Session::put('techniques.password', true);

        return response()->json(['confirmed' => Session::has('auth.password_confirmed_at')]);
    }
}
