<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Http;

use Illuminate\Http\UploadedFile;
use LaravelBridge\Http\Limits;
use LaravelBridge\Http\RequestFactory;
use LaravelBridge\Tests\Support\RealPhp;
use LaravelBridge\Wire\Form;
use LaravelBridge\Wire\Request;
use LaravelBridge\Wire\UploadedPart;
use PHPUnit\Framework\Attributes\BackupGlobals;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

/**
 * The same request, once through PHP's own web server and once through ours.
 */
#[BackupGlobals(true)]
final class RealPhpParityTest extends TestCase
{
    private static RealPhp $php;

    public static function setUpBeforeClass(): void
    {
        self::$php = new RealPhp;
    }

    public static function tearDownAfterClass(): void
    {
        self::$php->stop();
    }

    /**
     * @return iterable<string, array{string}>
     */
    public static function cookies(): iterable
    {
        foreach ([
            'plain' => 'a=1; b=2', 'encoded' => 'a=x%20y%3B; b=%C3%A9', 'a plus stays' => 'a=x+y', 'first wins' => 'a=1; a=2',
            'no value' => 'a; b=1', 'empty value' => 'a=; b=1', 'empty name' => '=1; b=2', 'equals inside' => 'a=b=c',
            'dots and spaces' => 'a.b=1; c d=2', 'encoded name' => 'a%20b=1', 'array' => 'a[x]=1; a[y]=2', 'list' => 'a[]=1; a[]=2',
            'first wins, array first' => 'a[x]=1; a=2', 'first wins, scalar first' => 'a=2; a[x]=1', 'array then scalar then array' => 'a[x]=1; a=2; a[y]=3', 'list within' => 'a[x][]=1; a[x][]=2; a[]=3', 'open bracket' => 'a[x=1',
            'no spaces' => 'a=1;b=2;c=3', 'many spaces' => '  a=1;   b=2  ', 'empty pairs' => ';;a=1;;', 'digits' => '5=1; 05=2',
            'bytes' => "a=caf\xE9", 'prefix' => '__Host-a=1; __Secure-b=2', 'mangled prefix' => '__Host.a=1; ..Host-a=2', 'quotes' => 'a="b c"',
            'nested' => 'a[x][y]=1; a[x][z]=2', 'broken escape' => 'a=%zz; b=%4',
        ] as $name => $cookie) {
            yield $name => [$cookie];
        }
    }

    #[Test]
    #[DataProvider('cookies')]
    public function cookies_are_read_alike(string $cookie): void
    {
        $real = self::$php->ask('GET', '/', [['Host', 'localhost'], ['Cookie', $cookie]]);
        $this->make('GET', '/', [['Host', 'localhost'], ['Cookie', $cookie]]);

        self::assertSame($real['cookie'], $_COOKIE);
    }

    /**
     * @return iterable<string, array{string}>
     */
    public static function queries(): iterable
    {
        foreach ([
            'a=1&b=2', 'a[]=1&a[]=2', 'a[x][y]=1&a[x][z]=2', 'a.b=1&c d=2', 'a=x+y&b=x%20y', 'a&b=', '=1&b=2', 'a=1&a=2', 'a[=1', 'a]=1',
            'a=%E9&b=%C3%A9', 'a=b?c&d=%26', '&&a=1&&', 'a;b=1', '', 'x=1?y=2',
        ] as $query) {
            yield "?{$query}" => [$query];
        }
    }

    #[Test]
    #[DataProvider('queries')]
    public function queries_and_forms_are_read_alike(string $query): void
    {
        $target = '/some/path?'.$query;
        $query = str_replace(' ', '%20', $query);
        $target = str_replace(' ', '%20', $target);
        $headers = [['Host', 'localhost'], ['Content-Type', 'application/x-www-form-urlencoded; charset=UTF-8'], ['Content-Length', (string) strlen($query)]];
        $real = self::$php->ask('POST', $target, $headers, $query);
        $request = $this->make('POST', $target, $headers, $query);

        self::assertSame($real['get'], $_GET);
        self::assertSame($real['post'], $_POST);
        self::assertSame($real['request'], $_REQUEST);
        self::assertSame($real['input'], $request->getContent());
        self::assertSame($real['server']['QUERY_STRING'] ?? '', $_SERVER['QUERY_STRING']);
        self::assertSame($real['server']['REQUEST_URI'], $_SERVER['REQUEST_URI']);
    }

    #[Test]
    public function an_authorization_is_taken_apart_alike(): void
    {
        foreach (['Basic '.base64_encode('user:pass:word'), 'basic '.base64_encode('user:'), 'Basic nonsense', 'Bearer abc', 'Digest username="x"'] as $authorization) {
            $headers = [['Host', 'localhost'], ['Authorization', $authorization]];
            $real = self::$php->ask('GET', '/', $headers);
            $this->make('GET', '/', $headers);
            foreach (['PHP_AUTH_USER', 'PHP_AUTH_PW', 'PHP_AUTH_DIGEST', 'HTTP_AUTHORIZATION'] as $name) {
                self::assertSame($real['server'][$name] ?? null, $_SERVER[$name] ?? null, "{$name} of {$authorization}");
            }
        }
    }

    #[Test]
    public function a_multipart_form_is_presented_alike(): void
    {
        $fields = [['title', 'hello'], ['tags[]', 'a'], ['tags[]', 'b'], ['deep[x][y]', "line\nbreak & more"], ['dot.ted', '1'], ['title', 'again'], ['empty', '']];
        $files = [
            ['photo', 'me.png', 'image/png', 'PNG'], ['docs[]', 'one.txt', 'text/plain', 'one'], ['docs[]', 'C:\\temp\\two.txt', 'text/plain', 'two'],
            ['deep[a][b]', 'dir/three.txt', 'text/plain', 'three'], ['none', '', 'application/octet-stream', ''],
            ['odd[', 'no.txt', 'text/plain', 'no'], ['odd]x', 'no.txt', 'text/plain', 'no'], ['odd[a]b', 'no.txt', 'text/plain', 'no'],
        ];
        [$headers, $body] = $this->multipart($fields, $files);
        $real = self::$php->ask('POST', '/', $headers, $body);
        [$parts, $paths] = $this->parts($files);
        $request = $this->make('POST', '/', $headers, '', strlen($body), new Form($fields, $parts));

        self::assertSame($real['post'], $_POST);
        self::assertSame($real['files'], array_map($this->contents(...), $_FILES));
        $two = $request->file('docs.1');
        self::assertInstanceOf(UploadedFile::class, $two);
        self::assertSame('two', file_get_contents($two->getPathname()));
        self::assertNull($request->file('none'));
        array_map(unlink(...), $paths);
    }

    /**
     * @return iterable<string, array{array<string, string>, Limits, list<array{string, string}>}>
     */
    public static function limits(): iterable
    {
        yield 'a file that is too large' => [['upload_max_filesize' => '4'], new Limits(file: 4), []];
        yield 'and by the form itself' => [[], new Limits, [['MAX_FILE_SIZE', '4']]];
        yield 'more files than allowed' => [['max_file_uploads' => '2'], new Limits(files: 2), []];
        yield 'no files at all' => [['file_uploads' => '0'], new Limits(files: 0), []];
        yield 'a body that is too large' => [['post_max_size' => '100'], new Limits(post: 100), []];
    }

    /**
     * @param  array<string, string>  $settings
     * @param  list<array{string, string}>  $fields
     */
    #[Test]
    #[DataProvider('limits')]
    public function what_php_does_not_allow_is_refused_alike(array $settings, Limits $limits, array $fields): void
    {
        $php = new RealPhp($settings);
        $fields[] = ['title', 'hello'];
        $files = [['one', 'one.txt', 'text/plain', 'one'], ['none', '', 'application/octet-stream', ''], ['large', 'large.txt', 'text/plain', 'large'], ['list[]', 'two.txt', 'text/plain', 'two']];
        [$headers, $body] = $this->multipart($fields, $files);
        $real = $php->ask('POST', '/', $headers, $body);
        $php->stop();
        [$parts, $paths] = $this->parts($files);
        $request = $this->make('POST', '/', $headers, '', strlen($body), new Form($fields, $parts), $limits);

        self::assertSame($real['post'], $_POST);
        self::assertSame($real['files'], array_map($this->contents(...), $_FILES));
        foreach ($request->files as $file) {
            self::assertSame(is_array($file) || $file->getError() === UPLOAD_ERR_OK, is_array($file) || $file->isValid());
        }
        array_map(unlink(...), $paths);
    }

    /**
     * @param  list<array{string, string}>  $fields
     * @param  list<array{string, string, string, string}>  $files  field, name, type, contents
     * @return array{list<array{string, string}>, string} headers and body
     */
    private function multipart(array $fields, array $files): array
    {
        $body = '';
        foreach ($fields as [$name, $value]) {
            $body .= "--frontier\r\nContent-Disposition: form-data; name=\"{$name}\"\r\n\r\n{$value}\r\n";
        }
        foreach ($files as [$name, $file, $type, $contents]) {
            $quoted = str_replace('\\', '\\\\', $file);
            $body .= "--frontier\r\nContent-Disposition: form-data; name=\"{$name}\"; filename=\"{$quoted}\"\r\nContent-Type: {$type}\r\n\r\n{$contents}\r\n";
        }
        $body .= "--frontier--\r\n";

        return [[['Host', 'localhost'], ['Content-Type', 'multipart/form-data; boundary=frontier'], ['Content-Length', (string) strlen($body)]], $body];
    }

    /**
     * @param  list<array{string, string, string, string}>  $files
     * @return array{list<UploadedPart>, list<string>} what the server makes of them, and the files on the disk
     */
    private function parts(array $files): array
    {
        $parts = [];
        $paths = [];
        foreach ($files as [$name, $file, $type, $contents]) {
            $path = $contents === '' ? '' : (string) tempnam(sys_get_temp_dir(), 'part');
            if ($path !== '') {
                file_put_contents($path, $contents);
                $paths[] = $path;
            }
            $parts[] = new UploadedPart($name, $file, $path === '' ? '' : $type, $path, strlen($contents), $path === '' ? UPLOAD_ERR_NO_FILE : UPLOAD_ERR_OK);
        }

        return [$parts, $paths];
    }

    /**
     * @param  array<string, mixed>  $file
     * @return array<string, mixed>
     */
    private function contents(array $file): array
    {
        $read = static fn (mixed $path): mixed => null;
        $read = static function (mixed $path) use (&$read): mixed {
            return is_array($path) ? array_map($read, $path) : ($path === '' ? '' : file_get_contents($path));
        };
        $file['tmp_name'] = $read($file['tmp_name']);

        return $file;
    }

    /**
     * @param  list<array{string, string}>  $headers
     */
    private function make(string $method, string $target, array $headers, string $body = '', ?int $length = null, ?Form $form = null, ?Limits $limits = null): \Illuminate\Http\Request
    {
        return (new RequestFactory('/srv/app/public', $limits))->make(new Request(
            id: 'r1', method: $method, target: $target, host: 'localhost', headers: $headers, body: $body,
            length: $length ?? strlen($body), form: $form,
        ));
    }
}
