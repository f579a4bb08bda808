<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Models\User;
use Illuminate\Contracts\View\View;

final class UserController extends Controller
{
    public function index(): View
    {
        return view('users.index', [
            'users' => User::query()->with('posts')->orderBy('id')->paginate(10),
        ]);
    }

    public function show(User $user): View
    {
        return view('users.show', ['user' => $user->load('posts')]);
    }
}
