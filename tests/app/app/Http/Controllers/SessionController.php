<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Contracts\View\View;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;

final class SessionController extends Controller
{
    public function show(Request $request): View
    {
        $visits = (int) $request->session()->get('visits', 0) + 1;
        $request->session()->put('visits', $visits);

        return view('session', ['visits' => $visits]);
    }

    public function store(Request $request): RedirectResponse
    {
        $valid = $request->validate(['message' => ['required', 'string', 'max:100']]);

        return redirect()->route('session')->with('status', "Your message was: {$valid['message']}");
    }
}
