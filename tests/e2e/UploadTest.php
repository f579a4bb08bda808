<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Multipart;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** Files that people send: they arrive whole, can be stored and moved, and nothing of them stays behind. */
final class UploadTest extends ServerTestCase
{
    private const MIB = 1048576;

    protected static function settings(): array
    {
        return ['PHP_OPTIONS' => '-d post_max_size=0 -d upload_max_filesize=2G', 'MAX_BODY_SIZE' => '2G'];
    }

    #[Group('main')]
    public function test_a_file_is_stored_and_its_fields_are_read(): void
    {
        $bytes = random_bytes(3000);
        $form = (new Multipart())->field('title', 'Zoë')->file('file', 'näme "1".txt', 'text/plain', $bytes);

        $seen = $this->upload($form);

        self::assertSame('Zoë', $seen['title']);
        self::assertSame('store', $seen['received']['file']['kept_by']);
        self::assertSame(sha1($bytes), $seen['received']['file']['sha1']);
    }

    #[Group('main')]
    public function test_nested_files_are_moved(): void
    {
        $form = (new Multipart())
            ->file('files[a][]', 'one.bin', 'application/octet-stream', 'one')
            ->file('files[a][]', 'two.bin', 'application/octet-stream', 'two')
            ->file('files[b][c]', 'three.bin', 'application/octet-stream', '');

        $seen = $this->upload($form)['received'];

        self::assertSame(['files.a.0', 'files.a.1', 'files.b.c'], array_keys($seen));
        self::assertSame(['move', 3, sha1('two')], [$seen['files.a.1']['kept_by'], $seen['files.a.1']['size'], $seen['files.a.1']['sha1']]);
        self::assertSame(0, $seen['files.b.c']['size']);
    }

    #[Group('main')]
    public function test_an_upload_looks_as_under_php(): void
    {
        $form = (new Multipart())->field('a[x]', '1')->field('a[y]', '2')->file('doc', 'paper.pdf', 'application/pdf', '%PDF-1.4');

        $seen = $this->post('/api/inspect', $form->body(), ['Content-Type' => $form->type()])->json();

        self::assertSame(['a' => ['x' => '1', 'y' => '2']], $seen['superglobals']['post']);
        self::assertSame('paper.pdf', $seen['superglobals']['files']['doc']['name']);
        self::assertSame(8, $seen['superglobals']['files']['doc']['size']);
        self::assertSame(0, $seen['superglobals']['input']['length']);
        self::assertSame((string) strlen($form->body()), $seen['content_length']);
        self::assertTrue($seen['files']['doc']['valid']);
    }

    #[Group('main')]
    public function test_fifty_mebibytes_arrive_whole(): void
    {
        $bytes = str_repeat(random_bytes(self::MIB), 50);

        $seen = $this->upload((new Multipart())->file('file', 'large.bin', 'application/octet-stream', $bytes));

        self::assertSame([50 * self::MIB, sha1($bytes)], [$seen['received']['file']['size'], $seen['received']['file']['sha1']]);
    }

    public function test_a_large_upload_moves_in_constant_memory(): void
    {
        $this->upload((new Multipart())->file('file', 'warm.bin', 'application/octet-stream', str_repeat('x', 5 * self::MIB)));
        $before = Processes::peakMemory(self::server()->pid);
        $block = random_bytes(self::MIB);
        $form = (new Multipart())->file('file', 'huge.bin', 'application/octet-stream', '*');
        [$head, $tail] = explode('*', $form->body(), 2);
        $hash = hash_init('sha1');

        $connection = self::server()->connect();
        $connection->send("POST /api/upload HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: {$form->type()}\r\n"
            .'Content-Length: '.(strlen($head) + 512 * self::MIB + strlen($tail))."\r\n\r\n$head");
        for ($sent = 0; $sent < 512; $sent++) {
            hash_update($hash, $block);
            $connection->send($block);
        }
        $answer = $connection->send($tail)->answer();
        self::assertSame(200, $answer->status, substr($answer->body, 0, 200));
        $seen = $answer->json();

        self::assertSame([512 * self::MIB, hash_final($hash)], [$seen['received']['file']['size'], $seen['received']['file']['sha1']]);
        self::assertLessThan($before + 16, Processes::peakMemory(self::server()->pid), 'MiB at most, of the server');
    }

    public function test_a_client_that_leaves_in_the_middle_leaves_no_file(): void
    {
        $form = (new Multipart())->file('file', 'half.bin', 'application/octet-stream', '*');
        $connection = self::server()->connect()->send("POST /api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: {$form->type()}\r\n"
            .'Content-Length: '.(20 * self::MIB)."\r\n\r\n".explode('*', $form->body())[0].str_repeat('x', 5 * self::MIB));
        Processes::await(fn (): bool => $this->spooled() !== [], 'the upload is being spooled');

        $connection->close();

        Processes::await(fn (): bool => $this->spooled() === [], 'the spooled file is removed');
        self::assertTrue(self::server()->answers());
    }

    public function test_php_s_own_functions_know_the_files(): void
    {
        $form = (new Multipart())->file('small', 'a.txt', 'text/plain', 'contents')->file('large', 'b.bin', 'application/octet-stream', str_repeat('x', 300000));
        $told = $this->post('/php/upload', $form->body(), ['Content-Type' => $form->type()])->json();

        foreach (['small' => 8, 'large' => 300000] as $field => $size) {
            self::assertSame([true, false, true, true, false, false, true], array_map(static fn (string $what): bool => $told[$field][$what], [
                'is_uploaded', 'other', 'valid', 'moved', 'again', 'still', 'gone',
            ]), $field);
            self::assertSame($size, $told[$field]['there'][0]);
        }
    }

    public function test_php_input_is_the_body_however_large_it_is_and_gone_with_the_request(): void
    {
        foreach ([5, 60000, 3000000] as $length) {
            $body = str_repeat('0123456789', (int) ceil($length / 10));
            foreach (['POST', 'PUT'] as $method) {
                $told = self::server()->request($method, '/php/input', ['Content-Type' => 'application/octet-stream'], $body)->json();
                self::assertSame([strlen($body), sha1($body), true, '33343536', sha1($body), sha1($body)],
                    [$told['length'], $told['sha1'], $told['twice'], $told['part'], $told['content'], $told['resource']]);
            }
        }
        self::assertSame(0, $this->get('/php/input')->json()['length']);
    }

    public function test_nothing_is_left_in_the_spool_folder(): void
    {
        $this->upload((new Multipart())->file('file', 'a.bin', 'application/octet-stream', str_repeat('x', 300000)));
        $this->post('/api/inspect', str_repeat('x', 300000), ['Content-Type' => 'application/octet-stream']);

        Processes::await(fn (): bool => $this->spooled() === [], 'the spool is empty');
        self::assertTrue(self::server()->answers());
    }

    /** @return list<string> */
    private function spooled(): array
    {
        return array_values(array_filter(
            Folders::files(self::server()->folder.'/spool'),
            static fn (string $path): bool => basename($path) !== 'owner',
        ));
    }

    /** @return array<array-key, mixed> */
    private function upload(Multipart $form): array
    {
        $answer = $this->post('/api/upload', $form->body(), ['Content-Type' => $form->type(), 'Accept' => 'application/json']);
        self::assertSame(200, $answer->status, substr($answer->body, 0, 200));

        return $answer->json();
    }

    public static function tearDownAfterClass(): void
    {
        self::server()->request('DELETE', '/api/upload');
        parent::tearDownAfterClass();
    }
}
