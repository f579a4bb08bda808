<?php

declare(strict_types=1);

/* How exports, old code and progress pages end; files in parts; commands, jobs, maintenance and databases from a page. */

$ends = static fn (string $case, array $more = []): array => ["GET /t/ends/$case", ...$more];
$file = static fn (string $field, string $name, string $bytes, string $type = 'text/plain'): string => "name=\"$field\"; filename=\"$name\"\nContent-Type: $type\n\n$bytes";
$field = static fn (string $name, string $value): string => "name=\"$name\"\n\n$value";
$gif = base64_decode('R0lGODlhAwACAIAAAAAAAP///yH5BAEAAAAALAAAAAADAAIAAAIDhA0FADs=');
$tus = static fn (string $method, array $headers = [], string $body = ''): array => ["$method /t/parts/tus?id={run}", 'headers' => ['Tus-Resumable' => '1.0.0', ...$headers], 'body' => $body];
$patch = static fn (int $offset, string $body): array => $tus('PATCH', ['Upload-Offset' => (string) $offset, 'Content-Type' => 'application/offset+octet-stream'], $body);
$chunk = static fn (int $index, int $total, string $bytes): array => ['POST /t/parts/chunk', 'multipart' => [$field('uuid', '{run}'), $field('index', (string) $index), $field('total', (string) $total), $file('file', 'blob', $bytes, 'application/octet-stream')]];
$operation = static fn (string $case): array => ["GET /t/operations/$case"];
$three = static fn (string $case): array => ['steps' => [$operation($case), $operation($case), $operation($case)]];
$wait = ['GET /slow/200'];

return [
    'readfile and exit' => $ends('readfile'),
    'readfile and exit without buffers' => $ends('readfile-clean'),
    'rows by fputcsv and exit' => $ends('csv'),
    'rows by a streamed download' => $ends('csv-stream'),
    'rows by php://temp' => $ends('csv-temp'),
    'a response that is sent, and exit' => $ends('send'),
    'JSON that is sent, and exit' => $ends('send-json'),
    'a stream that is sent, and exit' => $ends('send-stream'),
    'a response that is sent and returned' => $ends('send-return'),
    'only the head of a response, and exit' => $ends('send-headers'),
    'a response that is thrown' => $ends('thrown'),
    'JSON by die' => $ends('json-die'),
    'a PDF by print and exit' => $ends('pdf'),
    'an archive in pieces' => $ends('zip', ['differs' => ['accel-fields' => ['header x-accel-buffering']]]),
    'an archive in a file' => $ends('zip-file', ['ignores' => ['body', 'header last-modified']]),
    'a temporary file' => $ends('temp'),
    'a page of progress' => $ends('progress', ['paced' => true, 'differs' => ['accel-fields' => ['header x-accel-buffering']]]),
    'a page of progress as a response' => $ends('progress-response', ['paced' => true, 'differs' => ['accel-fields' => ['header x-accel-buffering']]]),
    'a stream by fpassthru with a length' => $ends('fpassthru'),
    'a stream by stream_copy_to_stream' => $ends('copy'),
    'a download from a disk' => $ends('storage'),
    'a file from a disk' => $ends('storage-response', ['ignores' => ['header last-modified']]),
    '404 by header() and exit' => $ends('not-found'),
    '503 by header() and exit' => $ends('unavailable'),
    'Basic by header()' => ['steps' => [$ends('basic'), ['GET /t/ends/authenticated', 'headers' => ['Authorization' => 'Basic '.base64_encode('ada:secret')]], $ends('authenticated')]],
    'Refresh by header()' => $ends('refresh'),
    '301 by header() and exit' => $ends('moved'),
    'Location by header() and exit' => $ends('moved-default'),
    'a session of PHP for two clients' => ['steps' => [[...$ends('session'), 'as' => 'ada'], [...$ends('session'), 'as' => 'ada'], [...$ends('session'), 'as' => 'bob'], ['GET /t/ends/session?renew=1', 'as' => 'ada'], [...$ends('session'), 'as' => 'ada'], [...$ends('session-destroyed'), 'as' => 'ada'], [...$ends('session'), 'as' => 'ada'], [...$ends('session'), 'as' => 'bob']], 'ignores' => ['*cookie techniques']],
    'an answer, and the work after it' => ['steps' => [['GET /t/ends/finish?run={run}'], $wait, ['GET /t/ends/long-done?run={run}']], 'ignores' => ['2.body.pid']],
    'work in a shutdown function' => ['steps' => [['GET /t/ends/long?run={run}'], $wait, ['GET /t/ends/long-done?run={run}']], 'ignores' => ['2.body.pid']],
    'buffers within buffers' => $ends('nested'),
    'an exception within a buffer' => $ends('buffered-error'),
    'fields that are removed again' => $ends('removed'),
    'ob_gzhandler of a page' => $ends('compressed', ['headers' => ['Accept-Encoding' => 'gzip'], 'differs' => ['compression' => ['*']]]),
    'a callback for the head' => $ends('callback'),
    'headers_sent in a stream' => $ends('sent-headers'),
    'an image by exit' => $ends('image'),
    'a file that is removed afterwards' => $ends('delete-after', ['files' => ['app/downloads/once-*']]),
    'a large stream' => $ends('large'),
    'the state of the connection' => $ends('connection'),

    'a file in chunks' => ['steps' => [$chunk(0, 3, str_repeat('a', 70_000)), $chunk(1, 3, str_repeat('b', 70_000)), $chunk(2, 3, 'end')]],
    'a resumable file' => ['steps' => [$tus('POST', ['Upload-Length' => '10', 'Upload-Metadata' => 'filename d29ybGQ=']), $patch(0, 'hello'), $tus('HEAD'), $patch(0, 'wrong'), $patch(5, 'world'), $tus('HEAD'), $tus('DELETE')], 'ignores' => ['*header location']],
    'a large resumable file' => ['steps' => [$tus('POST', ['Upload-Length' => '200000']), $patch(0, str_repeat('x', 150_000)), $patch(150_000, str_repeat('y', 50_000)), $tus('HEAD'), $tus('DELETE')], 'ignores' => ['*header location']],
    'an import of rows' => ['POST /t/parts/import', 'multipart' => [$file('file', 'rows.csv', "id,name\n1,\"a, b\"\n2,naïve\n", 'text/csv')]],
    'move_uploaded_file to a folder of PHP\'s' => ['POST /t/parts/raw', 'multipart' => [$file('file', 'a.txt', 'raw contents')]],
    'an image' => ['POST /t/parts/image', 'multipart' => [$file('file', 'a.gif', $gif, 'image/gif')]],
    'an image that is none' => ['POST /t/parts/image', 'multipart' => [$file('file', 'a.gif', 'no image', 'image/gif')]],
    'a file while the form is open' => ['steps' => [['GET /t/parts/address'], ['POST {path:path}', 'multipart' => [$file('files[0]', 'one.txt', 'contents of one')]], ['POST /t/parts/attach', 'form' => 'path=techniques/tmp/tmp-one.txt'], ['POST /t/parts/attach', 'form' => 'path=techniques/tmp/tmp-one.txt'], ['POST /t/parts/temporary', 'multipart' => [$file('files[0]', 'two.txt', 'x')]]], 'ignores' => ['1.body.path']],
    'a file that is moved' => ['POST /t/parts/move', 'multipart' => [$file('file', 'a.txt', 'moved contents')]],
    'a file that is validated' => ['steps' => [['POST /t/parts/validate', 'headers' => ['Accept' => 'application/json'], 'multipart' => [$file('file', 'a.txt', 'text'), $field('even', '2')]], ['POST /t/parts/validate', 'headers' => ['Accept' => 'application/json'], 'multipart' => [$file('file', 'a.gif', $gif, 'text/plain'), $field('even', '3')]], ['POST /t/parts/validate', 'headers' => ['Accept' => 'application/json'], 'multipart' => [$file('file', 'a.txt', str_repeat('x', 3000))]]]],
    'a file in a field' => ['POST /t/parts/base64', 'form' => ['data' => 'data:image/gif;base64,'.base64_encode($gif)]],
    'a body that is read as a stream' => ['POST /t/parts/streamed', 'body' => str_repeat('s', 100_000), 'headers' => ['Content-Type' => 'application/octet-stream']],
    'what files are called' => ['POST /t/parts/names', 'multipart' => [$file('a', 'photo.GIF', $gif, 'image/gif'), $file('b', 'no-extension', 'x'), $file('c', 'double.tar.gz', 'x', 'application/gzip'), $file('d', 'ünïcode ☕.txt', 'x')]],

    'a command' => ['steps' => [['GET /t/operations/command?name=env'], ['GET /t/operations/command?name=view:clear'], ['GET /t/operations/command?name=list&with[--raw]=1']], 'ignores' => ['3.body.output']],
    'a command that does not exist' => ['GET /t/operations/command?name=nothing:here', 'headers' => ['Accept' => 'application/json']],
    'a command that is made in a request' => $three('closure'),
    'jobs at once' => ['steps' => [['GET /t/operations/sync?run={run}'], ['GET /t/operations/result?run={run}'], ['GET /t/operations/sync?run={run}2']]],
    'jobs after the answer' => ['steps' => [['GET /t/operations/dispatched?run={run}'], $wait, ['GET /t/operations/result?run={run}'], ['GET /t/operations/sync?run={run}'], ['GET /t/operations/result?run={run}']], 'ignores' => ['2.body.pid']],
    'a job that fails' => $three('failing'),
    'a job by queue:work' => ['steps' => [['GET /t/operations/queue-work?run={run}'], ['GET /t/operations/queue-work?run={run}']]],
    'locks' => $three('lock'),
    'a temporary table' => $three('temporary-table'),
    'settings of a connection' => $three('settings-of-connection'),
    'a transaction that exit leaves' => ['steps' => [$operation('transaction'), $wait, $operation('rolled-back')], 'ignores' => ['2.body.pid']],
    'a function of the database' => [...$three('function'), 'differs' => ['connections' => ['*.before']]],
    'opcache_reset' => ['steps' => [$operation('opcache'), ['GET /api/ping'], ['GET /about']], 'ignores' => ['3.body']],
    'a program' => $operation('process'),
    'a shell' => $operation('shell'),
    'code that is written and included' => $three('included'),
    'code that the next request includes' => $three('written'),
    'schedule:run' => $operation('schedule'),
    'an event' => $three('events'),
    '20 MB of memory' => $three('memory'),
    'tags of the array cache' => $three('tagged'),
    'maintenance by a command' => ['steps' => [['GET /t/operations/command?name=down&with[--secret]=wing-{run}&with[--retry]=7'], ['GET /about', 'as' => 'guest'], ['GET /t/operations/events', 'as' => 'guest', 'headers' => ['Accept' => 'application/json']], ['GET /wing-{run}'], ['GET /t/operations/events'], ['GET /t/operations/command?name=up'], ['GET /t/operations/events', 'as' => 'guest']], 'ignores' => ['4.*location', '1.body.output']],
];
