<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Check;

use LaravelBridge\Check\Candidate;
use LaravelBridge\Check\Options;
use LaravelBridge\Tests\Support\SmallLaravel;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * Which routes a check calls, and by which address.
 */
#[BackupGlobals(true)]
final class CandidateTest extends TestCase
{
    private SmallLaravel $laravel;

    protected function setUp(): void
    {
        $this->laravel = new SmallLaravel('
            $router = $this->app["router"];
            $router->get("/", fn () => 1);
            $router->get("/users/{user}/posts/{post?}", fn () => 1)->name("posts");
            $router->get("/admin/{section:slug}", fn () => 1);
            $router->post("/users", fn () => 1);
            $router->domain("{tenant}.example.com")->get("/shop", fn () => 1);
        ');
    }

    protected function tearDown(): void
    {
        $this->laravel->stop();
    }

    /**
     * @return iterable<string, array{Options, array<string, string|null>}>
     */
    public static function choices(): iterable
    {
        $needs = ['/users/{user}/posts/{post?}' => 'needs --param=user=VALUE', '/admin/{section:slug}' => 'needs --param=section=VALUE', '/shop' => 'needs --param=tenant=VALUE'];
        yield 'all of them, if nothing is said' => [new Options, ['/' => '/'] + $needs];
        yield 'those of a path' => [new Options(paths: ['admin/*']), ['/admin/{section:slug}' => 'needs --param=section=VALUE']];
        yield 'a path with a slash' => [new Options(paths: ['/admin/*', '/']), ['/' => '/', '/admin/{section:slug}' => 'needs --param=section=VALUE']];
        yield 'all but some' => [new Options(except: ['*{*', 'shop']), ['/' => '/']];
        yield 'with parameters' => [
            new Options(parameters: ['user' => '7', 'section' => 'a b', 'tenant' => 'acme']),
            ['/' => '/', '/users/{user}/posts/{post?}' => '/users/7/posts', '/admin/{section:slug}' => '/admin/a%20b', '/shop' => '/shop'],
        ];
        yield 'with one that may be left out' => [new Options(['users/*'], parameters: ['user' => '7', 'post' => '9']), ['/users/{user}/posts/{post?}' => '/users/7/posts/9']];
        yield 'none' => [new Options(['nowhere']), []];
    }

    /**
     * @param  array<string, string|null>  $expected  address of each route, or why it has none
     */
    #[Test]
    #[DataProvider('choices')]
    public function routes_that_answer_to_get_are_called_where_their_parameters_are_known(Options $options, array $expected): void
    {
        $candidates = Candidate::all($this->laravel->app->make('router'), $options);
        $found = [];
        foreach ($candidates as $candidate) {
            $found[$candidate->uri] = $candidate->skipped ?? $candidate->target;
        }
        unset($found['/storage/{path}']);

        self::assertEqualsCanonicalizing($expected, $found);
    }

    #[Test]
    public function a_domain_is_filled_in_too(): void
    {
        $candidates = Candidate::all($this->laravel->app->make('router'), new Options(['shop'], parameters: ['tenant' => 'acme']));

        self::assertSame('acme.example.com', $candidates[0]->host);
    }

    #[Test]
    public function options_survive_the_way_to_another_process(): void
    {
        $options = new Options(['a*'], ['b'], ['c' => 'd'], 7, 2.5, '9', 'web', true, '/tmp/x.xml');

        self::assertEquals($options, Options::decode($options->encode()));
    }
}
