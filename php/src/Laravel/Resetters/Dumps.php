<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Resetters;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Foundation\Console\CliDumper;
use Illuminate\Foundation\Http\HtmlDumper;
use LaravelBridge\Laravel\Resetter;
use ReflectionFunction;
use Symfony\Component\VarDumper\VarDumper;

/**
 * dump() and dd(). A dumper writes its styles and scripts once, so each request that dumps needs a new one; and dd(),
 * which answers 500 on the web, must do so although PHP_SAPI is "cli".
 */
final class Dumps implements Resetter
{
    /** @var callable|null what prints a dump; null for VarDumper's own */
    private mixed $handler = null;

    private readonly bool $renewable;

    private bool $dumped = false;

    public function __construct(private readonly Application $app)
    {
        $handler = class_exists(VarDumper::class) && ! isset($_SERVER['VAR_DUMPER_FORMAT']) ? VarDumper::setHandler(null) : null;
        // Laravel has chosen by PHP_SAPI; what the application has chosen itself stays.
        $this->renewable = $handler instanceof Closure
            && in_array((new ReflectionFunction($handler))->getClosureScopeClass()?->getName(), [CliDumper::class, HtmlDumper::class], true);
        $this->handler = $this->renewable ? $this->dumper() : $handler;
        $this->install();
    }

    public function reset(): void
    {
        if ($this->dumped) {
            $this->dumped = false;
            if ($this->renewable) {
                $this->handler = $this->dumper();
            }
            $this->install();
        }
    }

    private function dumper(): ?callable
    {
        HtmlDumper::register($this->app->basePath(), (string) $this->app->make('config')->get('view.compiled'));

        return VarDumper::setHandler(null);
    }

    private function install(): void
    {
        if ($this->handler !== null) {
            VarDumper::setHandler(function (mixed ...$arguments): mixed {
                $this->dumped = true;
                foreach (debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, 8) as $frame) {
                    if ($frame['function'] === 'dd') {
                        http_response_code(500);
                    }
                }

                return $this->handler === null ? null : ($this->handler)(...$arguments);
            });
        }
    }
}
