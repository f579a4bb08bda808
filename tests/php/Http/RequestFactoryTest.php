<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Http;

use Illuminate\Http\Request as LaravelRequest;
use Illuminate\Http\UploadedFile;
use LaravelBridge\Http\RequestFactory;
use LaravelBridge\Wire\Form;
use LaravelBridge\Wire\Request;
use LaravelBridge\Wire\UploadedPart;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

#[BackupGlobals(true)]
final class RequestFactoryTest extends TestCase
{
    /**
     * @return iterable<string, array{string}>
     */
    public static function targets(): iterable
    {
        foreach ([
            '/', '/a', '/a/', '/a/b?c=d', '/a?x=1?y=2', '//double/slash', '/a//b', '/?q', '/index.php', '/index.php/a?b', '/index.phpx/a', '/a/index.php/b',
            '/caf%C3%A9?q=%20', '/%69ndex.php/a', '/a#b', '/a%2Fb', '/~user', '/a;b=c', '/a:b@c',
        ] as $target) {
            yield $target => [$target];
        }
    }

    #[Test]
    #[DataProvider('targets')]
    public function addresses_are_what_symfony_would_make_of_the_variables(string $target): void
    {
        $request = $this->make(new Request('r1', 'GET', $target, host: 'localhost:8080', serverPort: 8080));
        $usual = LaravelRequest::createFromBase(new \Symfony\Component\HttpFoundation\Request($_GET, [], [], [], [], $_SERVER, ''));

        foreach (['getRequestUri', 'getPathInfo', 'getBaseUrl', 'getBasePath', 'getUri', 'path', 'url', 'fullUrl', 'root', 'decodedPath'] as $method) {
            self::assertSame($usual->$method(), $request->$method(), $method);
        }
    }

    #[Test]
    public function a_form_is_in_the_request_whatever_the_method_but_in_post_for_post_alone(): void
    {
        $type = [['Content-Type', 'application/x-www-form-urlencoded']];
        foreach (['POST', 'PUT', 'PATCH', 'DELETE'] as $method) {
            $request = $this->make(new Request('r1', $method, '/?c=3', headers: $type, body: 'a[x]=1&b=2', length: 10));

            self::assertSame(['a' => ['x' => '1'], 'b' => '2'], $request->request->all(), $method);
            self::assertSame('a[x]=1&b=2', $request->getContent(), $method);
            self::assertSame($method === 'POST' ? ['a' => ['x' => '1'], 'b' => '2'] : [], $_POST, $method);
        }
    }

    #[Test]
    public function methods_for_which_php_reads_no_form_have_none(): void
    {
        $type = [['Content-Type', 'application/x-www-form-urlencoded']];
        foreach (['OPTIONS', 'GET', 'PROPFIND'] as $method) {
            $request = $this->make(new Request('r1', $method, '/?c=3', headers: $type, body: 'a=1', length: 3));

            self::assertSame([[], ['c' => '3'], 'a=1'], [$request->request->all(), $request->query->all(), $request->getContent()], $method);
        }
    }

    #[Test]
    public function the_request_variable_is_the_query_and_the_form_on_top_of_it(): void
    {
        $type = [['Content-Type', 'application/x-www-form-urlencoded']];
        $this->make(new Request('r1', 'POST', '/?q=1&a[x]=1&a[y]=2', headers: $type, body: 'a[y]=3&b=4', length: 10));

        // As PHP with request_order = "GP" has it, the order too.
        self::assertSame(['q' => '1', 'a' => ['x' => '1', 'y' => '3'], 'b' => '4'], $_REQUEST);
    }

    #[Test]
    public function json_is_input_and_content(): void
    {
        $json = '{"name":"x","deep":{"y":[1,2]}}';
        $request = $this->make(new Request('r1', 'POST', '/?q=1', headers: [['Content-Type', 'application/json']], body: $json, length: strlen($json)));

        self::assertSame('x', $request->input('name'));
        self::assertSame([1, 2], $request->input('deep.y'));
        self::assertSame('1', $request->query('q'));
        self::assertSame($json, $request->getContent());
        self::assertSame([], $_POST);
    }

    #[Test]
    public function a_spooled_body_is_a_stream_and_content(): void
    {
        $path = (string) tempnam(sys_get_temp_dir(), 'spool');
        file_put_contents($path, 'a large body');
        $request = $this->make(new Request('r1', 'PUT', '/', headers: [['Content-Type', 'text/plain']], spool: $path, length: 12));

        self::assertSame('a large body', stream_get_contents($request->getContent(true)));
        self::assertSame('a large body', $request->getContent());
        unlink($path);
    }

    #[Test]
    public function a_spooled_form_is_parsed_like_any_other(): void
    {
        $path = (string) tempnam(sys_get_temp_dir(), 'spool');
        file_put_contents($path, 'a=1&b=2');
        $request = $this->make(new Request('r1', 'POST', '/', headers: [['Content-Type', 'application/x-www-form-urlencoded']], spool: $path, length: 7));

        self::assertSame(['a' => '1', 'b' => '2'], $request->post());
        self::assertSame('a=1&b=2', $request->getContent());
        unlink($path);
    }

    #[Test]
    public function an_empty_body_is_an_empty_string(): void
    {
        self::assertSame('', $this->make(new Request('r1', 'GET', '/'))->getContent());
    }

    #[Test]
    public function uploaded_files_can_be_moved(): void
    {
        $path = (string) tempnam(sys_get_temp_dir(), 'part');
        file_put_contents($path, 'contents');
        $form = new Form([['title', 'hello']], [
            new UploadedPart('docs[a][]', 'one.txt', 'text/plain', $path, 8, UPLOAD_ERR_OK),
            new UploadedPart('docs[b]', '', '', '', 0, UPLOAD_ERR_NO_FILE),
            new UploadedPart('big', 'big.bin', 'x/y', '', 0, UPLOAD_ERR_INI_SIZE),
        ]);
        $request = $this->make(new Request('r1', 'PUT', '/', headers: [['Content-Type', 'multipart/form-data; boundary=x']], length: 400, form: $form));

        $file = $request->file('docs.a.0');
        self::assertInstanceOf(UploadedFile::class, $file);
        self::assertTrue($file->isValid());
        self::assertSame('one.txt', $file->getClientOriginalName());
        self::assertSame('text/plain', $file->getClientMimeType());
        self::assertFalse($request->hasFile('docs.b'));
        self::assertNull($request->file('docs.b'));
        $big = $request->file('big');
        self::assertInstanceOf(UploadedFile::class, $big);
        self::assertFalse($big->isValid());
        self::assertSame(UPLOAD_ERR_INI_SIZE, $big->getError());
        self::assertSame('hello', $request->input('title'));
        self::assertSame('', $request->getContent());

        $moved = $file->move(sys_get_temp_dir(), basename($path).'.moved');
        self::assertSame('contents', file_get_contents($moved->getPathname()));
        self::assertFileDoesNotExist($path);
        unlink($moved->getPathname());
    }

    #[Test]
    public function the_method_can_be_overridden_by_a_form(): void
    {
        LaravelRequest::enableHttpMethodParameterOverride();
        $request = $this->make(new Request('r1', 'POST', '/', headers: [['Content-Type', 'application/x-www-form-urlencoded']], body: '_method=DELETE', length: 14));

        self::assertSame('DELETE', $request->getMethod());
        self::assertSame('POST', $request->getRealMethod());
    }

    #[Test]
    public function nothing_of_one_request_is_left_for_the_next(): void
    {
        $this->make(new Request('r1', 'POST', '/?a=1', headers: [['Cookie', 'c=1'], ['Content-Type', 'application/x-www-form-urlencoded'], ['X-One', '1']], body: 'b=2', length: 3));
        $this->make(new Request('r2', 'GET', '/'));

        self::assertSame([[], [], [], [], []], [$_GET, $_POST, $_COOKIE, $_FILES, $_REQUEST]);
        self::assertArrayNotHasKey('HTTP_X_ONE', $_SERVER);
    }

    private function make(Request $request): LaravelRequest
    {
        return (new RequestFactory('/srv/app/public'))->make($request);
    }
}
