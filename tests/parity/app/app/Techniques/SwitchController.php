<?php

declare(strict_types=1);

namespace App\Techniques;

use App\Models\Post;
use App\Models\User;
use Carbon\CarbonImmutable;
use Closure;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Resources\Json\JsonResource;
use Illuminate\Pagination\Paginator;
use Illuminate\Support\Carbon;
use Illuminate\Support\Collection;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Blade;
use Illuminate\Support\Facades\Bus;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Cookie;
use Illuminate\Support\Facades\Date;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Event;
use Illuminate\Support\Facades\Gate;
use Illuminate\Support\Facades\Http;
use Illuminate\Support\Facades\Lang;
use Illuminate\Support\Facades\Log;
use Illuminate\Support\Facades\Mail;
use Illuminate\Support\Facades\Notification;
use Illuminate\Support\Facades\Queue;
use Illuminate\Support\Facades\RateLimiter;
use Illuminate\Support\Facades\Response;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\Schema;
use Illuminate\Support\Facades\Storage;
use Illuminate\Support\Facades\URL;
use Illuminate\Support\Facades\Validator;
use Illuminate\Support\Facades\View;
use Illuminate\Support\Str;
use Illuminate\Validation\Rules\Password;
use Throwable;

/** What code can switch for the whole process. Each page first tells how it finds everything, then switches all of it. */
final class SwitchController
{
    public function show(string $group): JsonResponse
    {
        $found = [];
        foreach ($this->$group() as $name => [$read, $switch]) {
            $before = self::told($read);
            try {
                $switch();
            } catch (Throwable $e) {
                $before = [$before, 'failed' => $e->getMessage()];
            }
            $found[$name] = ['found' => $before, 'left' => self::told($read)];
        }

        return response()->json($found);
    }

    private static function told(Closure $read): mixed
    {
        try {
            $value = $read();

            return is_object($value) ? $value::class : $value;
        } catch (Throwable $e) {
            return $e::class.': '.$e->getMessage();
        }
    }

    /** @return array<string, array{Closure, Closure}> */
    private function framework(): array
    {
        return [
            'unguard' => [fn () => User::isUnguarded(), fn () => User::unguard()],
            'lazy loading' => [fn () => User::preventsLazyLoading(), fn () => User::preventLazyLoading()],
            'strict attributes' => [fn () => User::preventsAccessingMissingAttributes(), fn () => User::preventAccessingMissingAttributes()],
            'events of models' => [fn () => User::getEventDispatcher() === null ? 'none' : 'some', fn () => User::unsetEventDispatcher()],
            'listeners of a model' => [fn () => Event::hasListeners('eloquent.saving: '.Post::class), fn () => Post::saving(fn () => null)],
            'an observer' => [fn () => Event::hasListeners('eloquent.updated: '.User::class), fn () => User::updated(fn () => null)],
            'snake attributes' => [fn () => User::$snakeAttributes, fn () => User::$snakeAttributes = false],
            'a relation' => [fn () => (new User)->relationResolver(User::class, 'extra') !== null, fn () => User::resolveRelationUsing('extra', fn ($model) => $model->hasMany(Post::class))],
            'wrapping' => [fn () => JsonResource::$wrap, fn () => JsonResource::withoutWrapping()],
            'passwords' => [fn () => Password::default() == Password::min(8), fn () => Password::defaults(fn () => Password::min(20)->symbols())],
            'pages' => [fn () => [Paginator::$defaultView, (new Paginator(range(1, 5), 2))->url(2), Paginator::resolveCurrentPage()], function (): void {
                Paginator::useTailwind();
                Paginator::currentPathResolver(fn (): string => '/elsewhere');
                Paginator::currentPageResolver(fn (): int => 7);
            }],
            'dates' => [fn () => [Date::now()::class, Date::now()->year > 2020, Carbon::hasTestNow()], function (): void {
                Date::use(CarbonImmutable::class);
                Carbon::setTestNow('2001-01-01');
                CarbonImmutable::setTestNow('2001-01-01');
            }],
            'weeks' => [fn () => Carbon::now()->startOfWeek()->dayOfWeek, fn () => Carbon::now()->settings(['locale' => 'en']) && Carbon::macro('party', fn () => 'party') === null],
            'a macro of dates' => [fn () => Carbon::hasMacro('supper'), fn () => Carbon::macro('supper', fn (): string => 'supper')],
            'macros' => [fn () => [Collection::hasMacro('late'), Request::hasMacro('late'), Str::hasMacro('late'), Str::shout('a')], function (): void {
                Collection::macro('late', fn () => 1);
                Request::macro('late', fn () => 1);
                Str::macro('late', fn () => 1);
                Str::macro('shout', fn () => 'replaced');
            }],
            'a macro of responses' => [fn () => Response::hasMacro('late'), fn () => Response::macro('late', fn () => 1)],
            'a directive' => [fn () => Blade::render('@late'), fn () => Blade::directive('late', fn (): string => 'late')],
            'a composer' => [fn () => trim(View::make('techniques::page')->render()), fn () => View::composer('techniques::*', fn ($view) => $view->with('viewer', 'composed'))],
            'a section' => [fn () => View::hasSection('part'), fn () => View::startSection('part', 'left open')],
            'a validation rule' => [fn () => Validator::make(['a' => 1], ['a' => 'late'])->passes(), fn () => Validator::extend('late', fn () => true)],
            'a route' => [fn () => Route::has('late'), function (): void {
                Route::get('/t/late', fn () => 'late')->name('late');
                Route::getRoutes()->refreshNameLookups();
            }],
            'a pattern and a binding' => [fn () => [array_keys(Route::getPatterns()), Route::getBindingCallback('late') !== null], function (): void {
                Route::pattern('late', '\d+');
                Route::bind('late', fn () => 1);
            }],
            'global middleware' => [fn () => [Route::hasMiddlewareGroup('late'), array_key_exists('late', Route::getMiddleware())], function (): void {
                Route::middlewareGroup('late', []);
                Route::aliasMiddleware('late', self::class);
            }],
            'an ability' => [fn () => [Gate::has('late'), Gate::allows('everything')], function (): void {
                Gate::define('late', fn () => true);
                Gate::before(fn () => true);
            }],
            'a policy' => [fn () => Gate::getPolicyFor(User::class), fn () => Gate::policy(User::class, self::class)],
            'a limiter' => [fn () => RateLimiter::limiter('late') !== null, fn () => RateLimiter::for('late', fn () => null)],
            'a length of strings' => [fn () => \Illuminate\Database\Schema\Builder::$defaultStringLength, fn () => Schema::defaultStringLength(17)],
            'a default guard' => [fn () => Auth::getDefaultDriver(), fn () => Auth::shouldUse('token')],
            'a default store' => [fn () => Cache::getDefaultDriver(), fn () => Cache::setDefaultDriver('array')],
            'what a fallback says' => [fn () => Lang::get('missing.key'), fn () => Lang::handleMissingKeysUsing(fn (): string => 'handled')],
            'made up UUIDs' => [fn () => Str::uuid()->toString() === '00000000-0000-0000-0000-000000000000', fn () => Str::createUuidsUsing(fn () => \Ramsey\Uuid\Uuid::fromString(\Ramsey\Uuid\Uuid::NIL))],
            'fakes' => [fn () => [Event::getFacadeRoot()::class, Mail::getFacadeRoot()::class, Queue::getFacadeRoot()::class, Bus::getFacadeRoot()::class, Notification::getFacadeRoot()::class], function (): void {
                Event::fake();
                Mail::fake();
                Queue::fake();
                Bus::fake();
                Notification::fake();
            }],
            'a fake of the client' => [function (): string {
                try {
                    return Http::connectTimeout(1)->get('http://127.0.0.1:9/')->body();
                } catch (Throwable $e) {
                    return $e::class;
                }
            }, function (): void {
                Http::globalOptions(['timeout' => 1]);
                Http::fake(['*' => Http::response('faked')]);
                Http::preventStrayRequests();
            }],
            'a fake disk' => [fn () => str_contains(Storage::disk('local')->path('a'), 'testing'), fn () => Storage::fake('local')],
            'a disk that is set' => [fn () => Storage::disk('late')->path('') !== '', fn () => Storage::set('late', Storage::build(['driver' => 'local', 'root' => sys_get_temp_dir()]))],
            'a kind of disk' => [fn () => is_object(Storage::createFtpDriver(...)), fn () => Storage::extend('late', fn () => null)],
            'context of the log' => [fn () => Log::sharedContext(), fn () => Log::shareContext(['who' => 'someone'])],
            'what a log hears' => [fn () => Event::hasListeners(\Illuminate\Log\Events\MessageLogged::class), fn () => Log::listen(fn () => null)],
            'queries that are heard' => [fn () => Event::hasListeners(\Illuminate\Database\Events\QueryExecuted::class), fn () => DB::listen(fn () => null)],
            'a log of queries' => [fn () => [DB::logging(), count(DB::getQueryLog())], function (): void {
                DB::enableQueryLog();
                DB::select('select 1');
            }],
            'a time limit of queries' => [fn () => DB::totalQueryDuration() >= 0, fn () => DB::whenQueryingForLongerThan(1, fn () => null)],
            'lines' => [fn () => Lang::get('late.line'), fn () => Lang::addLines(['late.line' => 'a line'], 'en')],
            'a place for lines' => [fn () => array_keys(Lang::getLoader()->namespaces()), fn () => Lang::addNamespace('late', '/tmp')],
            'reports' => [fn () => app(ExceptionHandler::class)->shouldReport(new \DomainException), fn () => app(ExceptionHandler::class)->ignore(\DomainException::class)],
            'queued cookies' => [fn () => count(Cookie::getQueuedCookies()), fn () => Cookie::queue('late', '1')],
            'defaults of cookies' => [fn () => Cookie::make('a', 'b')->getDomain(), fn () => Cookie::setDefaultPathAndDomain('/', 'late.example')],
            'addresses' => [fn () => [str_starts_with(url('/'), 'https'), URL::getDefaultParameters(), str_contains(asset('a.css'), 'cdn')], function (): void {
                URL::forceScheme('https');
                URL::defaults(['late' => 1]);
                URL::formatPathUsing(fn ($path): string => "/formatted$path");
            }],
            'a service' => [fn () => [app()->bound('late'), app(Settings::class) === app(Settings::class)], function (): void {
                app()->instance('late', 1);
                app()->bind(Settings::class, fn () => new Settings);
            }],
            'an extended service' => [fn () => app('files')::class === \Illuminate\Filesystem\Filesystem::class, fn () => app()->extend('files', fn ($files) => new class extends \Illuminate\Filesystem\Filesystem
            {
            })],
            'a service by context' => [fn () => app()->make(Contextual::class)->value, fn () => app()->when(Contextual::class)->needs('$value')->give('given late')],
            'what is heard of a service' => [fn () => app(Notes::class)->heard, fn () => app()->resolving(Notes::class, fn (Notes $notes) => $notes->heard++)],
            'the environment' => [fn () => [app()->environment(), config('app.debug')], function (): void {
                app()->detectEnvironment(fn (): string => 'late');
                config(['app.debug' => true]);
            }],
            'the locale of the app' => [fn () => [app()->getLocale(), app()->getFallbackLocale()], function (): void {
                app()->setLocale('ja');
                app()->setFallbackLocale('ja');
            }],
            'once' => [fn () => once(fn () => Notes::$total++), fn () => once(fn () => 1)],
            'a service of the boot' => [fn () => [app('techniques.greeter')->current(), app('techniques.greeter')->app === app()], fn () => app()->forgetInstance('techniques.greeter')],
        ];
    }

    /** @return array<string, array{Closure, Closure}> */
    private function php(): array
    {
        return [
            'zone' => [fn () => date_default_timezone_get(), fn () => date_default_timezone_set('Asia/Tokyo')],
            'locale' => [fn () => [setlocale(LC_ALL, '0'), sprintf('%.1f', 1.5)], fn () => setlocale(LC_ALL, 'C.UTF-8')],
            'precision' => [fn () => 1 / 3, fn () => ini_set('precision', '4')],
            'serialize_precision' => [fn () => json_encode(0.1), fn () => ini_set('serialize_precision', '17')],
            'errors' => [fn () => [error_reporting(), ini_get('display_errors')], function (): void {
                error_reporting(0);
                ini_set('display_errors', '1');
            }],
            'memory' => [fn () => ini_get('memory_limit'), fn () => ini_set('memory_limit', '900M')],
            'time' => [fn () => ini_get('max_execution_time'), fn () => set_time_limit(0)],
            'garbage' => [fn () => gc_enabled(), fn () => gc_disable()],
            'abort' => [fn () => ignore_user_abort(), fn () => ignore_user_abort(true)],
            'socket' => [fn () => ini_get('default_socket_timeout'), fn () => ini_set('default_socket_timeout', '3')],
            'agent' => [fn () => ini_get('user_agent'), fn () => ini_set('user_agent', 'late')],
            'include_path' => [fn () => get_include_path() === ini_get('include_path') && ! str_contains(get_include_path(), 'late'), fn () => set_include_path(get_include_path().':/late')],
            'session settings' => [fn () => [ini_get('session.gc_maxlifetime'), ini_get('session.name'), ini_get('session.cookie_samesite'), ini_get('session.save_path')], function (): void {
                ini_set('session.gc_maxlifetime', '7');
                ini_set('session.name', 'late');
                ini_set('session.cookie_samesite', 'Strict');
                ini_set('session.save_path', '/tmp');
            }],
            'rare settings' => [fn () => array_map(ini_get(...), ['auto_detect_line_endings', 'assert.active', 'zend.exception_ignore_args', 'mysqli.reconnect', 'mbstring.encoding_translation', 'zlib.output_compression_level', 'opcache.enable', 'error_prepend_string', 'docref_root', 'sendmail_from', 'date.default_latitude', 'phar.readonly', 'session.sid_length', 'highlight.string', 'intl.error_level', 'mail.add_x_header', 'url_rewriter.tags', 'pcre.backtrack_limit', 'log_errors_max_len', 'unserialize_max_depth']), function (): void {
                foreach (['zend.exception_ignore_args' => '1', 'error_prepend_string' => 'late', 'docref_root' => '/late', 'sendmail_from' => 'late@example.com', 'date.default_latitude' => '1', 'session.sid_length' => '40', 'highlight.string' => '#123456', 'intl.error_level' => '1', 'pcre.backtrack_limit' => '99', 'unserialize_max_depth' => '9', 'zlib.output_compression_level' => '3'] as $name => $value) {
                    @ini_set($name, $value);
                }
            }],
            'mbstring' => [fn () => [mb_internal_encoding(), mb_substitute_character(), mb_language(), mb_detect_order(), mb_http_output(), mb_regex_encoding()], function (): void {
                mb_internal_encoding('ISO-8859-1');
                mb_substitute_character('none');
                mb_language('ja');
                mb_detect_order(['ASCII']);
                mb_regex_encoding('EUC-JP');
            }],
            'libxml' => [fn () => libxml_use_internal_errors(), fn () => libxml_use_internal_errors(true)],
            'xml errors' => [fn () => count(libxml_get_errors()), fn () => @simplexml_load_string('<broken')],
            'json error' => [fn () => json_last_error(), fn () => json_decode('{')],
            'preg error' => [fn () => preg_last_error(), fn () => @preg_match('/(?:\D+|<\d+>)*[!?]/', 'foobar foobar foobar')],
            'last error' => [fn () => error_get_last()['message'] ?? null, fn () => @trigger_error('late')],
            'folder' => [fn () => basename(getcwd()), fn () => chdir('/tmp')],
            'mask' => [fn () => umask(), fn () => umask(0077)],
            'putenv' => [fn () => [getenv('TECHNIQUE'), $_ENV['TECHNIQUE'] ?? null, $_SERVER['TECHNIQUE'] ?? null, env('TECHNIQUE')], function (): void {
                putenv('TECHNIQUE=late');
                $_ENV['TECHNIQUE'] = $_SERVER['TECHNIQUE'] = 'late';
            }],
            'globals' => [fn () => [$GLOBALS['technique'] ?? null, $_GET, $_POST, $_COOKIE, $_REQUEST, $_FILES], function (): void {
                $GLOBALS['technique'] = 'late';
                $_GET['late'] = $_POST['late'] = $_COOKIE['late'] = $_REQUEST['late'] = $_FILES['late'] = 1;
            }],
            'handlers' => [function (): array {
                $error = set_error_handler(null);
                restore_error_handler();
                $exception = set_exception_handler(null);
                restore_exception_handler();

                return [$error instanceof Closure, $exception instanceof Closure];
            }, function (): void {
                set_error_handler(fn () => true);
                set_exception_handler('strlen');
            }],
            'random numbers' => [fn () => in_array(mt_rand(), [895547922, 2141438069, 1546885062, 2002651684, 3146600, 1201129262], true), fn () => mt_srand(1)],
            'buffers' => [fn () => ob_get_level(), fn () => ob_start()],
            'rewritten addresses' => [fn () => ini_get('url_rewriter.tags'), fn () => output_reset_rewrite_vars()],
            'stat' => [fn () => is_file('/tmp/nothing-here'), fn () => is_file('/tmp/nothing-here')],
            'stream context' => [fn () => stream_context_get_options(stream_context_get_default()), fn () => stream_context_set_default(['http' => ['method' => 'HEAD']])],
            'assertions' => [fn () => ini_get('zend.assertions'), fn () => ini_set('assert.exception', '0')],
            'a wrapper' => [fn () => in_array('late', stream_get_wrappers(), true), fn () => stream_wrapper_register('late', Contextual::class)],
            'a constant' => [fn () => defined('TECHNIQUE_LATE'), fn () => define('TECHNIQUE_LATE', 1)],
            'an autoloader' => [fn () => count(array_filter(spl_autoload_functions(), static fn ($loader): bool => $loader === 'techniques_late_loader')), function (): void {
                function_exists('techniques_late_loader') || eval('function techniques_late_loader($class) {}');
                spl_autoload_register('techniques_late_loader');
            }],
            'scale' => [fn () => function_exists('bcscale') ? bcscale() : 0, fn () => function_exists('bcscale') ? bcscale(9) : 0],
            'extensions of spl' => [fn () => spl_autoload_extensions(), fn () => spl_autoload_extensions('.late')],
            'default locale of intl' => [fn () => \Locale::getDefault(), fn () => \Locale::setDefault('ja_JP')],
            'iconv' => [fn () => @iconv_get_encoding('internal_encoding'), fn () => @ini_set('iconv.internal_encoding', 'ISO-8859-1')],
        ];
    }

    /** @return array<string, array{Closure, Closure}> */
    private function holders(): array
    {
        return [
            'a static property' => [fn () => Notes::$list, fn () => Notes::$list[] = 'late'],
            'a static property of a parent' => [fn () => DerivedNotes::$inherited, fn () => DerivedNotes::$inherited = 'late'],
            'a typed static property' => [fn () => Notes::kept()->heard, fn () => Notes::kept()->heard++],
            'a static variable' => [fn () => Notes::counted(), fn () => Notes::counted()],
            'a static variable of a function' => [fn () => techniques_counted(), fn () => techniques_counted()],
            'a static variable of a closure' => [fn () => (app('techniques.counter'))(), fn () => (app('techniques.counter'))()],
            'a static of a trait' => [fn () => Notes::$traits, fn () => Notes::$traits++],
            'a singleton of a static method' => [fn () => Notes::instance()->heard, fn () => Notes::instance()->heard++],
            'settings' => [fn () => Settings::$cache, fn () => app(Settings::class)->get('title')],
            'an ArrayObject' => [fn () => count(app('techniques.array')), fn () => app('techniques.array')['late'] = 1],
            'an SplObjectStorage' => [fn () => count(app('techniques.storage')), fn () => app('techniques.storage')->attach(new Notes)],
            'a collection' => [fn () => app('techniques.collection')->all(), fn () => app('techniques.collection')->push('late')],
            'a queue of SPL' => [fn () => count(app('techniques.queue')), fn () => app('techniques.queue')->enqueue(1)],
            'a deep object' => [fn () => app('techniques.deep')->a->b->c->d->e->heard, fn () => app('techniques.deep')->a->b->c->d->e->heard++],
            'a closure by reference' => [fn () => (app('techniques.reference'))(0), fn () => (app('techniques.reference'))(1)],
        ];
    }
}
