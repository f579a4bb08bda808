<?php

declare(strict_types=1);

namespace App\Techniques;

use Closure;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** Pages as JSON for a client that draws them: shared data, versions, redirects after PUT. */
final class Props
{
    private array $shared = [];

    private string $version = 'v1';

    public function share(string $name, mixed $value): void
    {
        $this->shared[$name] = $value;
    }

    public function handle(Request $request, Closure $next): Response
    {
        $this->version = 'v2';
        $this->share('user', static fn (): ?string => auth()->user()?->name);
        $this->share('flash', static fn (): ?string => $request->session()->get('said'));
        $this->share('errors', static fn (): array => $request->session()->get('errors')?->getBag('default')->messages() ?? []);
        $response = $next($request);
        $response->headers->set('Vary', 'X-Inertia');
        if ($request->header('X-Inertia') === null) {
            return $response;
        }
        if ($request->isMethod('GET') && $request->header('X-Inertia-Version') !== $this->version) {
            $request->session()->reflash();

            return response('', 409, ['X-Inertia-Location' => $request->fullUrl()]);
        }
        if ($response->getStatusCode() === 302 && in_array($request->method(), ['PUT', 'PATCH', 'DELETE'], true)) {
            $response->setStatusCode(303);
        }

        return $response;
    }

    public function render(Request $request, string $component, array $props): Response
    {
        $page = ['component' => $component, 'props' => array_map(static fn (mixed $value): mixed => $value instanceof Closure ? $value() : $value, [...$this->shared, ...$props]), 'url' => $request->getRequestUri(), 'version' => $this->version];

        return $request->header('X-Inertia') === null
            ? response('<body><div id="app" data-page="'.e(json_encode($page)).'"></div></body>')
            : response()->json($page, 200, ['X-Inertia' => 'true']);
    }
}
