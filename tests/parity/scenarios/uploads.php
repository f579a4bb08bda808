<?php

declare(strict_types=1);

/* Files that are sent to the application. */

$file = static fn (string $field, string $name, string $bytes = 'contents', string $type = 'text/plain'): string => "name=\"$field\"; filename=\"$name\"\nContent-Type: $type\n\n$bytes";
$field = static fn (string $name, string $value): string => "name=\"$name\"\n\n$value";
$tmp = ['ignores' => ['body.superglobals.files.*tmp_name*']];

return [
    'a file' => ['POST /api/inspect', 'multipart' => [$field('title', 'hello'), $file('file', 'a.txt')], ...$tmp],
    'a file, kept by store()' => ['POST /api/upload', 'multipart' => [$file('file', 'a.txt')], 'ignores' => ['*.path'], 'files' => ['app/uploads/*']],
    'files, kept by move()' => ['POST /api/upload', 'multipart' => [$file('files[a][0]', 'a.txt'), $file('files[a][1]', 'b.txt'), $file('files[b]', 'c.txt')], 'ignores' => ['*.path'], 'files' => ['app/moved/*']],
    'trees of files' => ['POST /api/inspect', 'multipart' => [$file('a[x][y]', 'a.txt'), $file('a[x][z]', 'b.txt'), $file('b[]', 'c.txt'), $file('b[]', 'd.txt'), $file('c[][n]', 'e.txt')], ...$tmp],
    'an empty file' => ['POST /api/inspect', 'multipart' => [$file('file', 'empty.txt', '')], ...$tmp],
    'no file chosen' => ['POST /api/inspect', 'multipart' => [$file('file', '', '', 'application/octet-stream'), $file('list[]', '', '', 'application/octet-stream')], ...$tmp],
    'a file that is too large' => ['POST /api/inspect', 'multipart' => [$file('small', 'a.txt'), $file('large', 'b.bin', str_repeat('x', 2_100_000))], ...$tmp],
    'a file that is too large for the form' => ['POST /api/inspect', 'multipart' => [$field('MAX_FILE_SIZE', '5'), $file('file', 'a.txt')], ...$tmp],
    'more files than allowed' => ['POST /api/inspect', 'multipart' => array_map(static fn (int $n): string => $file("f$n", "$n.txt", "$n"), range(1, 22)), ...$tmp],
    'a form over post_max_size' => ['POST /api/inspect', 'multipart' => [$field('a', '1'), $file('file', 'a.bin', str_repeat('x', 9_000_000))], ...$tmp],
    'very many fields' => ['POST /api/inspect', 'multipart' => array_map(static fn (int $n): string => $field("v$n", "$n"), range(1, 1005))],
    'names with odd characters' => ['POST /api/inspect', 'multipart' => [$file('a', 'naïve – ü.txt'), $file('b', 'a%20b%22c.txt'), $file('c', "with 'quotes'.txt"), $file('d', 'semi;colon.txt'), $file('e', 'q\\"uote.txt')], ...$tmp],
    'names that are paths' => ['POST /api/inspect', 'multipart' => [$file('a', '../../etc/passwd'), $file('b', 'C:\\temp\\b.txt'), $file('c', '/abs/c.txt'), $file('d', 'dir/'), $file('e', '..')], ...$tmp],
    'a name of Latin-1 bytes' => ['POST /api/inspect', 'multipart' => [$file('a', "caf\xE9.txt")], ...$tmp],
    'names of fields that PHP changes' => ['POST /api/inspect', 'multipart' => [$file('a.b', 'a.txt'), $file('c d', 'b.txt'), $file('e[f', 'c.txt'), $field('g.h', '1'), $field('i[j][]', '2')], ...$tmp],
    'a file and a field of one name' => ['POST /api/inspect', 'multipart' => [$field('a', '1'), $file('a', 'a.txt')], ...$tmp],
    'a field twice' => ['POST /api/inspect', 'multipart' => [$field('a', '1'), $field('a', '2'), $field('b[]', '1'), $field('b[]', '2')]],
    'a file twice' => ['POST /api/inspect', 'multipart' => [$file('a', '1.txt', 'one'), $file('a', '2.txt', 'two')], ...$tmp],
    'fields with line ends and dashes' => ['POST /api/inspect', 'multipart' => [$field('a', "one\r\ntwo\n--frontie\r\n--"), $field('b', "\r\n"), $field('c', '')]],
    'a part without a name' => ['differs' => ['garbled' => ['body.*']], 'POST /api/inspect', 'multipart' => ["x=\"y\"\n\nlost", $field('a', '1')]],
    'a file without a type' => ['POST /api/inspect', 'multipart' => ["name=\"a\"; filename=\"a.txt\"\n\ncontents"], ...$tmp],
    'names without quotes' => ['POST /api/inspect', 'multipart' => ["name=a; filename=a.txt\nContent-Type: text/plain\n\ncontents", "name=b\n\n1"], ...$tmp],
    'a name in the extended form' => ['POST /api/inspect', 'multipart' => ["name=\"a\"; filename=\"plain.txt\"; filename*=UTF-8''%C3%A9.txt\nContent-Type: text/plain\n\ncontents"], ...$tmp],
    'a quoted boundary' => ['POST /api/inspect', 'headers' => ['Content-Type' => 'multipart/form-data; boundary="a b"'], 'body' => "--a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--a b--\r\n"],
    'a preamble and an epilogue' => ['POST /api/inspect', 'headers' => ['Content-Type' => 'multipart/form-data; boundary=b'], 'body' => "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\nepilogue"],
    'no boundary' => ['differs' => ['garbled' => ['body.*']], 'POST /api/inspect', 'headers' => ['Content-Type' => 'multipart/form-data'], 'body' => 'x'],
    'an end that is missing' => ['POST /api/inspect', 'headers' => ['Content-Type' => 'multipart/form-data; boundary=b'], 'body' => "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"y\"; filename=\"y.txt\"\r\n\r\nhalf"],
    'bytes instead of a form' => ['POST /api/inspect', 'headers' => ['Content-Type' => 'multipart/form-data; boundary=b'], 'body' => 'no form at all'],
    'a form by PUT' => ['PUT /api/inspect', 'multipart' => [$field('a', '1'), $file('file', 'a.txt')], ...$tmp, 'differs' => ['put-multipart' => ['body.*']]],
    'a form by PATCH' => ['PATCH /api/inspect', 'multipart' => [$field('a', '1')], 'differs' => ['put-multipart' => ['body.*']]],
    'a method by _method in a form with files' => ['POST /api/inspect', 'multipart' => [$field('_method', 'PUT'), $file('file', 'a.txt')], ...$tmp],
    'PHP\'s own functions' => ['POST /php/upload', 'multipart' => [$file('file', 'a.txt'), $file('second', 'b.txt', str_repeat('x', 300_000)), $file('none', '', '')], 'files' => ['app/moved/*']],
    'a validation that refuses' => ['POST /api/upload', 'multipart' => [$field('file', 'no file')], 'headers' => ['Accept' => 'application/json']],
];
