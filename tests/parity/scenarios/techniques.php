<?php

declare(strict_types=1);

/* What real applications do to the process that serves them: tenants, themes, accounts, switches, pages of components. */

$tenant = static fn (string $name, string $as = ''): array => ['GET /t/tenant', 'headers' => ['X-Tenant' => $name], 'as' => $as];
$as = static fn (string $who, string $request, array $more = []): array => [$request, 'as' => $who, ...$more];
$post = static fn (string $who, string $target, string $body = '', array $headers = []): array => ["POST $target", 'as' => $who, 'headers' => ['Content-Type' => 'application/x-www-form-urlencoded', 'X-XSRF-TOKEN' => '{xsrf}', ...$headers], 'body' => $body];
$begin = static fn (string ...$who): array => array_map(static fn (string $one): array => ['GET /t/accounts/who', 'as' => $one], $who);
$bearer = static fn (?string $token): array => ['GET /t/accounts/token', 'headers' => $token === null ? [] : ['Authorization' => "Bearer $token"]];
$page = static fn (array $headers = [], string $target = '/t/component/page', string $who = ''): array => ["GET $target", 'as' => $who, 'headers' => ['X-Inertia' => 'true', 'X-Inertia-Version' => 'v2', 'Accept' => 'application/json', ...$headers]];
$switches = static fn (string $group): array => ['steps' => [["GET /t/switches/$group"], ["GET /t/switches/$group"], ["GET /t/switches/$group"]]];
$settings = static fn (?string $set = null): array => ['GET /t/pages/settings'.($set === null ? '' : "?set=$set")];

return [
    'tenants by turns' => ['steps' => [$tenant('none'), $tenant('acme'), $tenant('globex'), $tenant('none'), $tenant('acme'), $tenant('none')], 'ignores' => ['1.body.cached', '2.body.cached', '3.body.cached']],
    'themes by another finder' => ['steps' => [['GET /t/theme'], ['GET /t/theme?theme=acme'], ['GET /t/theme'], ['GET /t/theme?theme=globex'], ['GET /t/theme']]],
    'switches of the framework' => $switches('framework'),
    'switches of PHP' => [...$switches('php'), 'differs' => ['rare-settings' => ['*.stream context*', '*.extensions of spl*'], 'include-once' => ['*.a wrapper.*', '*.a constant.*', '*.an autoloader.*']]],
    'what services and classes hold' => [...$switches('holders'), 'differs' => ['internals' => ['*closure*']]],

    'two users by turns' => ['steps' => [...$begin('ada', 'bob'), $post('ada', '/t/accounts/login', 'id=1'), $post('bob', '/t/accounts/login', 'id=2'), ...$begin('ada', 'bob', 'guest', 'ada'), $post('ada', '/t/accounts/logout'), ...$begin('ada', 'bob', 'guest')]],
    'a user for one request' => ['steps' => [['GET /t/accounts/once'], ...$begin('guest'), ['GET /t/accounts/set'], ...$begin('guest')]],
    'a login as somebody else' => ['steps' => [...$begin('admin'), $post('admin', '/t/accounts/login', 'id=1'), $as('admin', 'GET /t/accounts/as?id=2'), ...$begin('admin', 'guest'), $as('admin', 'GET /t/accounts/back'), ...$begin('admin')]],
    'tokens by turns' => ['steps' => [$bearer('one'), $bearer(null), $bearer('two'), $bearer(null)]],
    'another default guard' => ['steps' => [...$begin('ada'), $post('ada', '/t/accounts/login', 'id=1'), $as('ada', 'GET /t/accounts/switched'), $as('ada', 'GET /t/accounts/switched'), ...$begin('ada')]],
    'a second factor' => ['steps' => [$as('ada', 'GET /t/accounts/factor?id=2'), $post('ada', '/t/accounts/factor', 'code=1', ['Referer' => 'http://localhost/t/accounts/factor']), $post('ada', '/t/accounts/factor', 'code=2', ['Accept' => 'application/json', 'Referer' => 'http://localhost/t/accounts/factor']), $post('guest', '/t/accounts/factor', 'code=123456'), $post('ada', '/t/accounts/factor', 'code=123456'), $as('ada', 'GET /t/members'), $as('guest', 'GET /t/members', ['headers' => ['Accept' => 'application/json']])]],
    'a captcha' => ['steps' => [$as('ada', 'GET /t/accounts/captcha'), $as('bob', 'GET /t/accounts/captcha'), $post('ada', '/t/accounts/captcha', 'answer=x7k'), $post('ada', '/t/accounts/captcha', 'answer=x7k'), $post('bob', '/t/accounts/captcha', 'answer=wrong')]],
    'a session that is thrown away' => ['steps' => [...$begin('ada'), $post('ada', '/t/accounts/login', 'id=1'), $as('ada', 'GET /t/accounts/invalidate'), ...$begin('ada')]],
    'a limit of logins' => ['steps' => array_fill(0, 5, ['GET /t/accounts/throttled', 'headers' => ['X-Run' => '{run}']])],
    'a limit of requests' => ['steps' => [...array_fill(0, 4, ['GET /t/limited?who=a', 'headers' => ['X-Run' => '{run}', 'Accept' => 'application/json']]), ['GET /t/limited?who=b', 'headers' => ['X-Run' => '{run}']]], 'ignores' => ['*retry-after', '*x-ratelimit-reset', '4.body.trace*']],
    'tokens for passwords' => ['GET /t/accounts/reset'],
    'languages of sessions and browsers' => ['steps' => [$as('ada', 'GET /t/accounts/locale?set=de'), $as('bob', 'GET /t/accounts/locale', ['headers' => ['Accept-Language' => 'fr']]), $as('ada', 'GET /t/accounts/locale'), $as('guest', 'GET /t/accounts/locale')]],
    'a session that ends, and a login that is remembered' => ['steps' => [...$begin('ada'), $post('ada', '/t/accounts/login', 'id=2&remember=1'), $as('ada', 'GET /t/accounts/who', ['headers' => ['Cookie' => 'bridge_demo_session=none']]), ...$begin('guest')], 'ignores' => ['*cookie remember_web_*']],

    'settings that change' => ['steps' => [$settings(), $settings('first'), $settings(), $settings(), $settings('second'), $settings(), $settings(), $settings('unset'), $settings()], 'ignores' => ['1.*', '2.body.view', '2.body.function', '2.body.helper']],
    'a bar for debugging' => ['steps' => [['GET /t/bar'], ['GET /t/bar'], ['GET /t/pages/flashed'], ['GET /t/bar']]],
    'pages from the database' => ['steps' => [['GET /t/pages/of-1'], ['GET /t/pages/of-2'], ['GET /t/pages/of-99']]],
    'pages of lists' => ['steps' => [['GET /t/pages/paginated?page=3&q=a'], ['GET /t/pages/paginated'], ['GET /t/pages/links?page=2'], ['GET /t/pages/links'], ['GET /t/pages/simple?page=2'], ['GET /t/pages/simple'], ['GET /t/pages/cursor']]],
    'a request within a request' => ['steps' => [['GET /t/pages/inner?a=1'], ['GET /t/pages/inner?a=2']]],
    'flashes of two clients' => ['steps' => [...$begin('ada', 'bob'), $post('ada', '/t/pages/flash', 'said=by+ada'), $post('bob', '/t/pages/flash', 'said=by+bob'), $as('ada', 'GET /t/pages/flashed'), $as('bob', 'GET /t/pages/flashed'), $as('guest', 'GET /t/pages/flashed'), $as('ada', 'GET /t/pages/flashed')]],
    'tokens and the page before' => ['steps' => [$as('ada', 'GET /t/pages/flashed'), $as('ada', 'GET /t/pages/tokens'), $as('bob', 'GET /t/pages/tokens')]],
    'a view that throws' => ['steps' => [['GET /t/pages/throws'], ['GET /t/pages/after-throw'], ['GET /t/pages/throws'], ['GET /t/pages/after-throw']]],
    'errors that are shared' => ['steps' => [['GET /t/pages/shared-errors'], ['GET /t/pages/shared-errors']]],
    'a page that is not modified' => ['steps' => [['GET /t/pages/cached'], ['GET /t/pages/cached', 'headers' => ['If-None-Match' => '"abc"']]]],
    'JSON with a callback' => ['GET /t/pages/jsonp'],
    'a redirect elsewhere with cookies' => ['GET /t/pages/away'],
    'superglobals' => ['steps' => [['GET /t/pages/globals?a=1&b[]=2', 'headers' => ['Cookie' => 'c=d']], $post('', '/t/pages/globals?a=1', 'b=2')], 'ignores' => ['*body.cookie.*']],
    'filter_input' => ['steps' => [['GET /t/pages/filtered?a=1&n=42', 'headers' => ['Cookie' => 'c=cookie']], ['GET /t/pages/filtered']], 'differs' => ['filter-input' => ['*']]],
    'a request of one\'s own from the globals' => ['steps' => [['GET /t/pages/captured?a=1'], $post('', '/t/pages/captured?a=1', 'b=2'), ['GET /t/pages/captured']]],

    'a page for a client that draws it' => ['steps' => [['GET /t/component/page'], $page(), $page(['X-Inertia-Version' => 'v1']), $page(), ['GET /t/component/page']]],
    'a form of such a page' => ['steps' => [$page(), ['PUT /t/component/save', 'headers' => ['X-Inertia' => 'true', 'X-Inertia-Version' => 'v2', 'X-XSRF-TOKEN' => '{xsrf}', 'Content-Type' => 'application/json'], 'body' => '{"name":"Ada"}'], $page(), $page(), $post('', '/t/component/invalid', 'name=x', ['X-Inertia' => 'true']), $page(), $page()]],
    'what such pages share' => ['steps' => [$page(target: '/t/component/only?who=ada', who: 'ada'), $page(who: 'bob'), $page(target: '/t/component/only?who=bob', who: 'bob')]],
    'components with their state' => ['steps' => [
        $as('ada', 'GET /t/component/snapshot?who=ada'),
        ['POST /t/component/update', 'as' => 'ada', 'headers' => ['X-XSRF-TOKEN' => '{xsrf}', 'Content-Type' => 'application/x-www-form-urlencoded'], 'body' => 'calls[]=increment&calls[]=increment&snapshot={form:snapshot}'],
        ['POST /t/component/update', 'as' => 'ada', 'headers' => ['X-XSRF-TOKEN' => '{xsrf}', 'Content-Type' => 'application/x-www-form-urlencoded'], 'body' => 'calls[]=increment&snapshot={form:snapshot}'],
        ['POST /t/component/update', 'as' => 'ada', 'headers' => ['X-XSRF-TOKEN' => '{xsrf}', 'Content-Type' => 'application/x-www-form-urlencoded'], 'body' => 'snapshot=%7B%22data%22%3A%22%7B%7D%22%2C%22checksum%22%3A%22x%22%7D'],
        ['POST /t/component/update', 'as' => 'ada', 'headers' => ['Content-Type' => 'application/x-www-form-urlencoded'], 'body' => 'snapshot=x'],
    ]],
];
