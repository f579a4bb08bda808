<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Illuminate\Auth\AuthManager;
use Illuminate\Contracts\Foundation\Application;
use LaravelBridge\Laravel\ObjectState;
use LaravelBridge\Laravel\Resetter;

/**
 * Who is logged in. Guards hold the user, so none may be there at the fork.
 */
final class Guards implements Resetter
{
    private readonly ?ObjectState $state;

    public function __construct(Application $app)
    {
        $auth = $app->resolved('auth') ? $app->make('auth') : null;
        if ($auth instanceof AuthManager) {
            $auth->forgetGuards();
        }
        if (method_exists($app, 'forgetInstance')) {
            $app->forgetInstance('auth.driver');
        }
        $this->state = $auth instanceof AuthManager ? ObjectState::of($auth) : null;
    }

    public function reset(): void
    {
        $this->state?->restore();
    }
}
