<?php

declare(strict_types=1);

namespace App\Techniques;

use Closure;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Event;
use Symfony\Component\HttpFoundation\Response;

/** A bar for debugging: hears everything, counts queries and views, and writes itself into the page. */
final class Collector
{
    private bool $booted = false;

    private int $queries = 0;

    private array $events = [];

    public function handle(Request $request, Closure $next): Response
    {
        $this->boot();
        $response = $next($request);
        if (str_contains((string) $response->headers->get('Content-Type', 'text/html'), 'html')) {
            $bar = "<script>bar({$this->queries} queries, ".count(array_filter(array_keys($this->events), static fn (string $name): bool => str_starts_with($name, 'composing:'))).' views)</script>';
            $response->setContent(str_replace('</body>', "$bar</body>", (string) $response->getContent()));
            $response->headers->remove('Content-Length');
        }

        return $response;
    }

    private function boot(): void
    {
        if ($this->booted) {
            return;
        }
        $this->booted = true;
        DB::listen(function (): void {
            $this->queries++;
        });
        Event::listen('*', function (string $name): void {
            $this->events[$name] = ($this->events[$name] ?? 0) + 1;
        });
    }
}
