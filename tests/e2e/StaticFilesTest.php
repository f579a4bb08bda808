<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Server;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;

/** Files of public/, without PHP: what is sent, as what, and what never is. */
#[Group('main')]
final class StaticFilesTest extends ServerTestCase
{
    private const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

    private static string $folder;

    private static string $name;

    public static function setUpBeforeClass(): void
    {
        $public = Server::application().'/public';
        self::$name = 'e2e-'.bin2hex(random_bytes(4));
        self::$folder = "$public/".self::$name;
        mkdir(self::$folder.'/build', recursive: true);
        @mkdir("$public/build/assets", recursive: true);
        file_put_contents("$public/build/assets/".self::$name.'-BxZ3k9Qw.js', 'hashed');
        $files = [
            'letters.txt' => self::LETTERS, 'app.css' => 'body{}', 'app.js' => '1', 'photo.PNG' => 'png', 'drawing.svg' => '<svg/>', 'font.woff2' => 'font', 'data.json' => '{}',
            'unknown.zzz' => '?', 'with blank.txt' => 'blank', 'script.php' => '<?php echo "source";', 'script.PHP' => '<?php echo "source";', '.hidden' => 'hidden',
            'packed.js' => str_repeat('plain ', 100), 'packed.js.gz' => 'as gzip', 'packed.js.br' => 'as brotli',
        ];
        foreach ($files as $name => $bytes) {
            file_put_contents(self::$folder."/$name", $bytes);
        }
        symlink('/etc/hostname', self::$folder.'/outside.txt');
        file_put_contents(Server::application().'/storage/app/public/'.self::$name.'.txt', 'from the storage');
        parent::setUpBeforeClass();
    }

    public static function tearDownAfterClass(): void
    {
        Folders::remove(self::$folder);
        unlink(Server::application().'/public/build/assets/'.self::$name.'-BxZ3k9Qw.js');
        unlink(Server::application().'/storage/app/public/'.self::$name.'.txt');
        parent::tearDownAfterClass();
    }

    /** @return array<string, array{string, string}> */
    public static function types(): array
    {
        return [
            'text' => ['letters.txt', 'text/plain; charset=utf-8'], 'a style sheet' => ['app.css', 'text/css; charset=utf-8'], 'a script' => ['app.js', 'text/javascript; charset=utf-8'],
            'an image, its name in capitals' => ['photo.PNG', 'image/png'], 'a drawing' => ['drawing.svg', 'image/svg+xml'], 'a font' => ['font.woff2', 'font/woff2'],
            'JSON' => ['data.json', 'application/json'], 'something unknown' => ['unknown.zzz', 'application/octet-stream'], 'a name with a blank' => ['with%20blank.txt', 'text/plain; charset=utf-8'],
        ];
    }

    #[DataProvider('types')]
    public function test_a_file_is_sent_as_what_it_is(string $name, string $type): void
    {
        $answer = $this->file($name);

        self::assertSame(200, $answer->status);
        self::assertStringContainsString($type, (string) $answer->header('Content-Type'));
        self::assertNull($answer->header('Set-Cookie'));
        self::assertSame(file_get_contents(self::$folder.'/'.rawurldecode($name)), $answer->body);
    }

    public function test_who_has_the_file_is_told_so(): void
    {
        $answer = $this->file('letters.txt');
        $tag = (string) $answer->header('ETag');
        $date = (string) $answer->header('Last-Modified');
        self::assertMatchesRegularExpression('/^"[^"]+"$/', $tag, 'a strong validator');

        self::assertSame([304, ''], [($again = $this->file('letters.txt', ['If-None-Match' => "\"other\", $tag"]))->status, $again->body]);
        self::assertSame($tag, $again->header('ETag'));
        self::assertSame(304, $this->file('letters.txt', ['If-None-Match' => "W/$tag"])->status);
        self::assertSame(304, $this->file('letters.txt', ['If-Modified-Since' => $date])->status);
        self::assertSame(200, $this->file('letters.txt', ['If-None-Match' => '"other"', 'If-Modified-Since' => $date])->status);
        self::assertSame(412, $this->file('letters.txt', ['If-Match' => '"other"'])->status);
        self::assertSame(200, $this->file('letters.txt', ['If-Match' => $tag])->status);
        self::assertSame(412, $this->file('letters.txt', ['If-Unmodified-Since' => 'Sat, 01 Jan 2000 00:00:00 GMT'])->status);
    }

    public function test_a_changed_file_is_another_at_once(): void
    {
        file_put_contents(self::$folder.'/changing.txt', 'before');
        $before = $this->file('changing.txt');
        self::assertSame('before', $before->body);
        file_put_contents(self::$folder.'/changing.txt', 'after, and longer');
        $after = $this->file('changing.txt', ['If-None-Match' => (string) $before->header('ETag')]);

        self::assertSame([200, 'after, and longer'], [$after->status, $after->body]);
    }

    public function test_ranges_are_sent_as_asked(): void
    {
        foreach (['bytes=2-5' => 'cdef', 'bytes=-3' => 'xyz', 'bytes=24-' => 'yz', 'bytes=20-100' => 'uvwxyz'] as $range => $bytes) {
            $answer = $this->file('letters.txt', ['Range' => $range]);
            self::assertSame([206, $bytes], [$answer->status, $answer->body], $range);
            self::assertStringEndsWith('/26', (string) $answer->header('Content-Range'));
        }
        $refused = $this->file('letters.txt', ['Range' => 'bytes=26-']);
        self::assertSame([416, 'bytes */26'], [$refused->status, $refused->header('Content-Range')]);
        self::assertSame(200, $this->file('letters.txt', ['Range' => 'lines=1-2'])->status);

        $parts = $this->file('packed.js', ['Range' => 'bytes=0-1,-2']);
        self::assertSame(206, $parts->status);
        $boundary = substr((string) strrchr((string) $parts->header('Content-Type'), '='), 1);
        self::assertSame("multipart/byteranges; boundary=$boundary", $parts->header('Content-Type'));
        self::assertSame(['pl', 'n '], array_map(
            static fn (string $part): string => substr($part, strpos($part, "\r\n\r\n") + 4, 2),
            array_slice(explode("--$boundary", $parts->body), 1, 2),
        ));
    }

    public function test_if_range_gives_the_whole_of_another_file(): void
    {
        $tag = (string) $this->file('letters.txt')->header('ETag');

        self::assertSame('ab', $this->file('letters.txt', ['Range' => 'bytes=0-1', 'If-Range' => $tag])->body);
        self::assertSame(self::LETTERS, $this->file('letters.txt', ['Range' => 'bytes=0-1', 'If-Range' => '"other"'])->body);
    }

    public function test_head_is_the_head_of_get(): void
    {
        $head = self::server()->request('HEAD', '/'.self::$name.'/letters.txt');

        self::assertSame([200, '26', ''], [$head->status, $head->header('Content-Length'), $head->body]);
        self::assertSame($this->file('letters.txt')->header('ETag'), $head->header('ETag'));
    }

    public function test_a_packed_sibling_is_sent_to_those_who_can_read_it(): void
    {
        foreach (['gzip, br' => ['br', 'as brotli'], 'gzip' => ['gzip', 'as gzip'], 'br;q=0, gzip;q=0.5' => ['gzip', 'as gzip']] as $accept => [$encoding, $bytes]) {
            $answer = $this->file('packed.js', ['Accept-Encoding' => $accept]);
            self::assertSame([$encoding, $bytes], [$answer->header('Content-Encoding'), $answer->body], $accept);
            self::assertStringStartsWith('text/javascript', (string) $answer->header('Content-Type'));
            self::assertStringContainsString('Accept-Encoding', (string) $answer->header('Vary'));
        }
        $plain = $this->file('packed.js', ['Accept-Encoding' => 'identity']);
        self::assertNull($plain->header('Content-Encoding'));
        self::assertStringStartsWith('plain ', $plain->body);
        self::assertStringContainsString('Accept-Encoding', (string) $plain->header('Vary'));
    }

    public function test_assets_with_a_hash_in_their_name_are_kept_for_long_and_others_are_not(): void
    {
        self::assertStringContainsString('max-age=31536000', (string) $this->get('/build/assets/'.self::$name.'-BxZ3k9Qw.js')->header('Cache-Control'));
        self::assertStringNotContainsString('31536000', (string) $this->file('app.js')->header('Cache-Control'));
    }

    public function test_the_link_to_the_storage_is_followed(): void
    {
        self::assertSame('from the storage', $this->get('/storage/'.self::$name.'.txt')->body);
    }

    /** @return array<string, array{string}> */
    public static function secrets(): array
    {
        return [
            'a script of PHP' => ['script.php'], 'one in capitals' => ['script.PHP'], 'a hidden file' => ['.hidden'], 'a link out of the folder' => ['outside.txt'],
            'a folder' => ['build'], 'a folder with a slash' => ['build/'], 'a way out' => ['../../.env'], 'an encoded way out' => ['%2e%2e/%2e%2e/.env'], 'encoded slashes' => ['..%2f..%2f.env'],
            'a NUL' => ['letters.txt%00.png'], 'a slash behind a file' => ['letters.txt/'],
        ];
    }

    #[DataProvider('secrets')]
    public function test_what_is_no_public_file_is_never_sent(string $name): void
    {
        $answer = $this->file($name);

        self::assertContains($answer->status, [400, 404]);
        foreach (['source', 'hidden', 'APP_KEY', self::LETTERS, trim((string) @file_get_contents('/etc/hostname')) ?: 'no host'] as $secret) {
            self::assertStringNotContainsString("$secret\n", "$answer->body\n");
        }
    }

    public function test_other_methods_are_the_application_s_business(): void
    {
        $answer = self::server()->request('POST', '/'.self::$name.'/letters.txt', ['Accept' => 'application/json'], 'x');

        self::assertSame(404, $answer->status);
        self::assertStringStartsWith('application/json', (string) $answer->header('Content-Type'));
    }

    /** @param  array<string, string>  $headers */
    private function file(string $name, array $headers = []): Answer
    {
        return $this->get('/'.self::$name."/$name", $headers);
    }
}
