<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Browser;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** Pages as a person sees them: session, form, flash, login, pagination. */
#[Group('main')]
final class PagesTest extends ServerTestCase
{
    public function test_the_home_page_is_html_from_laravel(): void
    {
        $page = $this->get('/');

        self::assertSame(200, $page->status);
        self::assertSame('text/html; charset=utf-8', strtolower((string) $page->header('Content-Type')));
        self::assertStringContainsString('<h1>Laravel Bridge demo</h1>', $page->body);
        self::assertStringEndsWith("</html>\n", $page->body);
    }

    public function test_a_session_counts_the_visits_of_one_browser_and_not_of_another(): void
    {
        $one = new Browser(self::server());
        $other = new Browser(self::server());

        foreach ([1, 2, 3] as $visit) {
            self::assertStringContainsString("<strong id=\"visits\">$visit</strong>", $one->visit('/session')->body);
        }
        self::assertStringContainsString('<strong id="visits">1</strong>', $other->visit('/session')->body);
    }

    public function test_a_form_is_answered_by_a_redirect_and_a_flash_message_that_is_shown_once(): void
    {
        $browser = new Browser(self::server());
        $browser->visit('/session');

        $answer = $browser->submit('/session', ['message' => 'Größe & <b>']);

        self::assertSame(302, $answer->status);
        self::assertStringContainsString('Your message was: Größe &amp; &lt;b&gt;', $browser->follow($answer)->body);
        self::assertStringNotContainsString('Your message was', $browser->visit('/session')->body);
    }

    public function test_a_form_without_its_token_is_refused(): void
    {
        $browser = new Browser(self::server());
        $browser->visit('/session');

        self::assertSame(419, $browser->submit('/session', ['message' => 'hello', '_token' => 'forged'])->status);
    }

    public function test_a_form_that_fails_validation_comes_back_with_its_input_and_the_error(): void
    {
        $browser = new Browser(self::server());
        $browser->visit('/session', ['Referer' => self::server()->url('/session')]);
        $long = str_repeat('x', 101);

        $page = $browser->follow($browser->submit('/session', ['message' => $long]));

        self::assertStringContainsString($long, $page->body);
        self::assertMatchesRegularExpression('/must not be greater than 100 characters/', $page->body);
    }

    public function test_the_dashboard_is_behind_the_login_and_remembers_where_one_wanted_to_go(): void
    {
        $browser = new Browser(self::server());
        $refused = $browser->visit('/dashboard');
        self::assertSame(302, $refused->status);
        self::assertStringEndsWith('/login', (string) $refused->header('Location'));

        $browser->visit('/login');
        $entered = $browser->submit('/login', ['email' => 'demo@example.com', 'password' => 'password']);
        self::assertStringEndsWith('/dashboard', (string) $entered->header('Location'));
        self::assertStringContainsString('Demo User', $browser->follow($entered)->body);

        $left = $browser->submit('/logout', []);
        self::assertSame(302, $left->status);
        self::assertSame(302, $browser->visit('/dashboard')->status);
    }

    public function test_a_login_is_seen_by_its_own_browser_only(): void
    {
        $member = new Browser(self::server());
        $member->visit('/login');
        $member->submit('/login', ['email' => 'demo@example.com', 'password' => 'password']);

        foreach (range(1, 6) as $ignored) {
            self::assertSame(200, $member->visit('/dashboard')->status);
            self::assertSame(302, (new Browser(self::server()))->visit('/dashboard')->status);
        }
    }

    public function test_a_wrong_password_does_not_open(): void
    {
        $browser = new Browser(self::server());
        $browser->visit('/login', ['Referer' => self::server()->url('/login')]);

        $answer = $browser->submit('/login', ['email' => 'demo@example.com', 'password' => 'wrong']);

        self::assertSame(302, $answer->status);
        self::assertStringContainsString('These credentials do not match our records.', $browser->visit('/login')->body);
    }

    public function test_users_are_shown_page_by_page(): void
    {
        $first = $this->get('/users');
        $last = $this->get('/users?page=5');

        self::assertStringContainsString('50 users, 1 to 10 on this page', $first->body);
        self::assertStringContainsString('Demo User', $first->body);
        self::assertStringContainsString('/users?page=2', $first->body);
        self::assertStringContainsString('50 users, 41 to 50 on this page', $last->body);
        self::assertStringNotContainsString('Demo User', $last->body);
    }

    public function test_one_user_is_found_and_one_that_is_not_there_is_a_404(): void
    {
        self::assertStringContainsString('Demo User', $this->get('/users/1')->body);
        self::assertSame(404, $this->get('/users/5000')->status);
        self::assertSame(404, $this->get('/no/such/page')->status);
    }

    public function test_the_page_s_own_files_are_served(): void
    {
        $page = $this->get('/');
        preg_match('~href="http://localhost(/css/[^"]+)"~', $page->body, $style);
        $answer = $this->get($style[1] ?? '/css/app.css');

        self::assertSame(200, $answer->status);
        self::assertStringStartsWith('text/css', (string) $answer->header('Content-Type'));
        self::assertSame(file_get_contents(Server::application().'/public/css/app.css'), $answer->body);
        self::assertContains($this->get('/../.env')->status, [400, 404]);
        self::assertContains($this->get('/index.php')->status, [200, 301, 302, 404]);
        self::assertStringNotContainsString('<?php', $this->get('/index.php')->body);
    }

    public function test_links_carry_the_host_and_port_that_the_browser_asked(): void
    {
        self::assertStringContainsString('href="http://shop.example:8123/users', $this->get('/', ['Host' => 'shop.example:8123'])->body);
    }
}
