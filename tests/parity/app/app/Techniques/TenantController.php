<?php

declare(strict_types=1);

namespace App\Techniques;

use App\Models\User;
use Closure;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Carbon;
use Illuminate\Support\Facades\App;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Lang;
use Illuminate\Support\Facades\Mail;
use Illuminate\Support\Facades\Schema;
use Illuminate\Support\Facades\Storage;
use Illuminate\Support\Facades\URL;
use Illuminate\Support\Facades\View;
use Illuminate\View\FileViewFinder;
use Symfony\Component\HttpFoundation\Response;

/** An application of several tenants: everything that depends on the tenant is switched by a middleware, and nothing is taken back. */
final class TenantController
{
    public function handle(Request $request, Closure $next): Response
    {
        $tenant = $request->tenant();
        if ($tenant !== 'none') {
            $database = storage_path("framework/testing/techniques-$tenant.sqlite");
            is_file($database) || touch($database);
            config([
                'database.connections.tenant' => ['driver' => 'sqlite', 'database' => $database, 'prefix' => ''],
                'cache.prefix' => "tenant_$tenant",
                'filesystems.disks.tenant' => ['driver' => 'local', 'root' => storage_path("framework/testing/disk-$tenant")],
                'filesystems.disks.local.root' => storage_path("framework/testing/disk-$tenant"),
                'mail.from' => ['address' => "post@$tenant.example", 'name' => $tenant],
                'mail.default' => 'array',
                'app.name' => $tenant,
                'app.timezone' => 'Asia/Tokyo',
            ]);
            DB::purge('tenant');
            DB::setDefaultConnection('tenant');
            Cache::forgetDriver('file');
            Storage::forgetDisk('local');
            Mail::purge('array');
            date_default_timezone_set('Asia/Tokyo');
            App::setLocale($tenant === 'acme' ? 'de' : 'fr');
            Carbon::setLocale(App::getLocale());
            setlocale(LC_NUMERIC, 'C.UTF-8');
            Lang::addLines(['shop.name' => "Shop of $tenant"], App::getLocale());
            Lang::addLines(['shop.name' => "Fallback of $tenant"], 'en');
            URL::forceRootUrl("https://$tenant.example");
            URL::forceScheme('https');
            URL::defaults(['tenant' => $tenant]);
            View::replaceNamespace('techniques', [resource_path("techniques/$tenant"), resource_path('techniques/default')]);
            View::share('tenant', $tenant);
            app()->instance('tenant', $tenant);
            app()->bind('techniques.price', static fn (): string => "price of $tenant");
            User::addGlobalScope('tenant', static fn ($query) => $query->where('id', $tenant === 'acme' ? 1 : 2));
            Permissions::team(strlen($tenant));
        }

        return $next($request);
    }

    public function show(Request $request): JsonResponse
    {
        if (! Schema::hasTable('notes') && $request->tenant() !== 'none') {
            Schema::create('notes', static fn ($table) => $table->string('text'));
        }

        return response()->json([
            'tenant' => $request->tenant(),
            'database' => basename((string) DB::connection()->getDatabaseName()),
            'notes' => Schema::hasTable('notes'),
            'prefix' => config('cache.prefix'),
            'cached' => tap(Cache::store('file')->get('techniques:tenant', 'nothing'), static fn () => Cache::store('file')->put('techniques:tenant', $request->tenant(), 60)),
            'disk' => basename(Storage::disk('local')->path('')),
            'from' => [config('mail.from.address'), config('mail.default')],
            'name' => config('app.name'),
            'zone' => [date_default_timezone_get(), config('app.timezone'), now()->getTimezone()->getName()],
            'locale' => [App::getLocale(), Carbon::getLocale(), Carbon::parse('2020-01-01')->isoFormat('MMMM')],
            'lines' => [Lang::get('shop.name'), Lang::get('shop.name', [], 'en'), Lang::has('shop.name')],
            'url' => [preg_replace('/:\d+/', '', url('/x')), URL::getDefaultParameters()],
            'view' => trim(view('techniques::page')->render()),
            'shared' => View::shared('tenant'),
            'bound' => [app()->bound('tenant'), app()->bound('techniques.price') ? app('techniques.price') : null],
            'scopes' => array_keys(User::getAllGlobalScopes()[User::class] ?? []),
            'team' => Permissions::team(),
            'mailer' => $this->mailed(),
        ]);
    }

    /** Another finder altogether, as packages for themes do it. */
    public function theme(Request $request): JsonResponse
    {
        $theme = $request->query('theme');
        if ($theme !== null) {
            $finder = new FileViewFinder(app('files'), [resource_path("techniques/$theme"), resource_path('views')]);
            View::setFinder($finder);
            app()->instance('view.finder', $finder);
            config(['view.paths' => [resource_path("techniques/$theme")]]);
        }

        return response()->json([
            'found' => View::exists('page') ? trim(view('page', ['viewer' => 'me'])->render()) : 'nothing',
            'paths' => array_map(basename(...), View::getFinder()->getPaths()),
            'config' => array_map(basename(...), config('view.paths')),
        ]);
    }

    private function mailed(): array
    {
        if (config('mail.default') !== 'array') {
            return [];
        }
        Mail::raw('hello', static fn ($mail) => $mail->to('a@example.com')->subject('Hi'));

        return Mail::mailer('array')->getSymfonyTransport()->messages()->map(static fn ($sent): string => $sent->getEnvelope()->getSender()->getAddress())->all();
    }
}
