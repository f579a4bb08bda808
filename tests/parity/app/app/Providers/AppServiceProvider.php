<?php

declare(strict_types=1);

namespace App\Providers;

use App\Services\Notebook;
use App\Services\ScopedNotebook;
use App\Techniques\Collector;
use App\Techniques\Notes;
use App\Techniques\Permissions;
use App\Techniques\Props;
use App\Techniques\Settings;
use Illuminate\Auth\EloquentUserProvider;
use Illuminate\Auth\GenericUser;
use Illuminate\Cache\RateLimiting\Limit;
use Illuminate\Database\Eloquent\Relations\Relation;
use Illuminate\Http\Request;
use Illuminate\Pagination\Paginator;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Blade;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Event;
use Illuminate\Support\Facades\Gate;
use Illuminate\Support\Facades\RateLimiter;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\Schema;
use Illuminate\Support\Facades\Validator;
use Illuminate\Support\Facades\View;
use Illuminate\Support\ServiceProvider;
use Illuminate\Support\Str;

/** What providers of real applications do while they boot, in one. Takes the place of the demo's own. */
final class AppServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        require_once app_path('Techniques/functions.php');
        $this->app->singleton(Notebook::class);
        $this->app->scoped(ScopedNotebook::class);
        $this->app->singleton(Permissions::class);
        $this->app->singleton(Settings::class);
        $this->app->singleton(Collector::class);
        $this->app->singleton(Props::class);
        // Resolved at boot, with the request and the session of that moment.
        $this->app->singleton('techniques.greeter', static fn ($app): object => new class($app, $app['request'], $app['session.store'])
        {
            public function __construct(public $app, public $request, public $session)
            {
            }

            public function current(): string
            {
                return $this->app['request']->path();
            }
        });
    }

    public function boot(): void
    {
        Relation::morphMap(['member' => \App\Models\User::class]);
        Paginator::useBootstrapFive();
        Str::macro('shout', static fn (string $text): string => strtoupper($text).'!');
        Request::macro('tenant', fn (): string => (string) ($this->header('X-Tenant') ?? 'none'));
        Validator::extend('even', static fn ($attribute, $value): bool => (int) $value % 2 === 0, 'The :attribute must be even.');
        Blade::if('member', static fn (): bool => Auth::check());
        Blade::directive('shout', static fn (string $text): string => "<?php echo \\Illuminate\\Support\\Str::shout($text); ?>");
        View::composer('techniques::page', static fn ($view) => $view->with('viewer', Auth::user()?->name ?? 'nobody'));
        View::share('settings', $this->app->make(Settings::class));
        View::addNamespace('techniques', resource_path('techniques/default'));
        RateLimiter::for('techniques', static fn (Request $request): Limit => Limit::perMinute(3)->by($request->query('who', 'x').$request->header('X-Run')));
        Gate::before(static fn ($user, string $ability): ?bool => $ability === 'everything' && $user->getAuthIdentifier() === 1 ? true : null);
        Gate::define('edit', static fn ($user, int $owner): bool => $user->getAuthIdentifier() === $owner);
        Auth::viaRequest('by-token', static fn (Request $request): ?GenericUser => $request->bearerToken() === null ? null : new GenericUser(['id' => $request->bearerToken(), 'name' => $request->bearerToken()]));
        Auth::provider('counted', static fn ($app, array $config): EloquentUserProvider => new EloquentUserProvider($app['hash'], $config['model']));
        config(['auth.guards.token' => ['driver' => 'by-token'], 'auth.providers.counted' => ['driver' => 'counted', 'model' => \App\Models\User::class]]);
        // Settings in the database become configuration, as in applications with a page for them.
        if (Schema::hasTable('users')) {
            config(['app.owner' => DB::table('users')->orderBy('id')->value('name')]);
            foreach (DB::table('users')->orderBy('id')->limit(2)->pluck('id') as $id) {
                Route::middleware('web')->get("/t/pages/of-$id", static fn (): string => "page of $id by ".config('app.owner'))->name("page.$id");
            }
        }
        $this->holdThings();
        Event::listen('techniques.counted', static fn (array $numbers): int => array_sum($numbers));
        $this->app->make('techniques.greeter');
        $this->app->booted(static function (): void {
            Route::group([], base_path('routes/techniques.php'));
        });
    }

    /** Services that were resolved at boot, and hold what requests put into them. */
    private function holdThings(): void
    {
        $counted = 0;
        $deep = new \stdClass;
        $deep->a = new \stdClass;
        $deep->a->b = new \stdClass;
        $deep->a->b->c = new \stdClass;
        $deep->a->b->c->d = new \stdClass;
        $deep->a->b->c->d->e = new Notes;
        foreach ([
            'array' => new \ArrayObject,
            'storage' => new \SplObjectStorage,
            'collection' => collect(),
            'queue' => new \SplQueue,
            'deep' => $deep,
            'reference' => function (int $more) use (&$counted): int {
                return $counted += $more;
            },
            'counter' => static function (): int {
                static $calls = 0;

                return ++$calls;
            },
        ] as $name => $service) {
            $this->app->instance("techniques.$name", $service);
        }
    }
}
