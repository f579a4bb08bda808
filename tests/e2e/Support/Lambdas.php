<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

/** A server with local processes of several languages, in a folder of its own. NAME in a text stands for what makes the sockets' names unique. */
final class Lambdas
{
    public const MANIFEST = <<<'XML'
        <?xml version="1.0" encoding="UTF-8"?>
        <manifest>
            <!-- one request for each run -->
            <process>
                <id>once</id>
                <executable>python3</executable>
                <arg>once.py</arg>
                <route>/once/*</route>
                <pipe_name>NAME_once</pipe_name>
            </process>
            <process><id>python listens</id><executable>python3</executable><arg>listens.py</arg><route>/listens</route><pipe_name>NAME_listens</pipe_name></process>
            <process><id>php</id><executable>php</executable><arg>pipe.php</arg><route>/php/*</route><pipe_name>NAME_php</pipe_name><instances>2</instances></process>
            <process><id>node</id><executable>node</executable><arg>pipe.js</arg><route>/node/*</route><pipe_name>NAME_node</pipe_name></process>
            <process><id>node listens</id><executable>node</executable><arg>listens.js</arg><route>/node-listens</route><pipe_name>NAME_nl</pipe_name><pipe_listener>child</pipe_listener></process>
            <process><id>php http</id><executable>sh</executable><arg>-c</arg><arg>exec php -S "$HTTP_ADDRESS" http.php</arg><route>/php-http/*</route><pipe_name>NAME_ph</pipe_name><communication_mode>http</communication_mode></process>
            <process><id>python http</id><executable>python3</executable><arg>../serve.py</arg><working_dir>work</working_dir><route>/python-http/*</route><pipe_name>NAME_yh</pipe_name><communication_mode>http</communication_mode></process>
            <process><id>node http</id><executable>node</executable><arg>http.js</arg><route>/node-http/*</route><pipe_name>NAME_nh</pipe_name><communication_mode>http</communication_mode></process>
        </manifest>
        XML;

    private const FILES = [
        // The steps of the documented process: connect, read once, reply, end.
        'once.py' => <<<'PYTHON'
            import base64
            import json
            import os
            import socket

            pipe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            pipe.connect(os.environ['PIPE_ADDRESS'])
            request = json.loads(pipe.recv(4096))
            body = base64.b64decode(request['body'])
            told = json.dumps({'method': request['method'], 'uri': request['uri'], 'body': body.decode(), 'pid': os.getpid()})
            print('once says hello')
            pipe.sendall(json.dumps({
                'status': 200,
                'headers': {'Content-Type': 'application/json'},
                'body': base64.b64encode(told.encode()).decode(),
            }).encode())
            pipe.close()
            PYTHON,
        'listens.py' => <<<'PYTHON'
            import base64
            import json
            import os
            import socket

            path = os.environ['PIPE_ADDRESS']
            if os.path.exists(path):
                os.remove(path)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(path)
            listener.listen(5)
            while True:
                connection, _ = listener.accept()
                data = b''
                while True:
                    chunk = connection.recv(4096)
                    if not chunk:
                        break
                    data += chunk
                    try:
                        request = json.loads(data)
                    except json.JSONDecodeError:
                        continue
                    told = json.dumps({'method': request['method'], 'uri': request['uri'], 'body': base64.b64decode(request['body']).decode(), 'pid': os.getpid()})
                    connection.sendall(json.dumps({'body': base64.b64encode(told.encode()).decode()}).encode())
                    break
                connection.close()
            PYTHON,
        'pipe.php' => <<<'PHP'
            <?php
            $pipe = stream_socket_client('unix://'.getenv('PIPE_ADDRESS'));
            while (($line = fgets($pipe)) !== false) {
                $request = json_decode($line, true);
                $body = base64_decode($request['body']);
                if (str_contains($request['uri'], '/chatty')) {
                    fwrite(STDOUT, str_repeat(str_repeat('o', 99)."\n", 5000));
                    fwrite(STDERR, str_repeat(str_repeat('e', 99)."\n", 5000));
                }
                if (str_contains($request['uri'], '/exit')) {
                    exit(3);
                }
                $told = str_contains($request['uri'], '/bytes') ? $body : json_encode([
                    'method' => $request['method'], 'uri' => $request['uri'], 'body' => $body, 'pid' => getmypid(), 'headers' => $request['headers'], 'folder' => getcwd(),
                    'http' => getenv('HTTP_ADDRESS'),
                ]);
                fwrite($pipe, json_encode(['status' => 201, 'headers' => ['Set-Cookie' => ['a=1', 'b=2'], 'Content-Length' => '1'], 'body' => base64_encode($told)])."\n");
            }
            PHP,
        'pipe.js' => <<<'JS'
            const net = require('net');
            const pipe = net.connect(process.env.PIPE_ADDRESS);
            let text = '';
            const says = {
                '/node/half': (reply) => pipe.end(reply.slice(0, 20)),
                '/node/garbage': () => pipe.write('<html>'),
                '/node/no-base64': () => pipe.write('{"status":200,"body":"?"}'),
                '/node/bad-header': () => pipe.write('{"headers":{"a b":"c"}}'),
                '/node/large': () => pipe.write(JSON.stringify({body: 'A'.repeat(4 << 20)})),
                '/node/pieces': (reply) => [...reply].forEach((c, i) => setTimeout(() => pipe.write(c), i / 4)),
                '/node/never': () => {},
            };
            pipe.on('data', (data) => {
                text += data;
                const end = text.indexOf('\n');
                if (end < 0) return;
                const request = JSON.parse(text.slice(0, end));
                text = text.slice(end + 1);
                const told = JSON.stringify({method: request.method, uri: request.uri, body: Buffer.from(request.body, 'base64').toString(), pid: process.pid});
                const reply = JSON.stringify({status: 200, headers: [['Content-Type', 'application/json']], body: Buffer.from(told).toString('base64')});
                (says[request.uri] ?? ((it) => pipe.write(it)))(reply);
            });
            pipe.on('end', () => process.exit(0));
            pipe.on('close', () => process.exit(0));
            JS,
        'listens.js' => <<<'JS'
            require('net').createServer((connection) => {
                let text = '';
                connection.on('error', () => {});
                connection.on('data', (data) => {
                    text += data;
                    if (!text.endsWith('\n')) return;
                    const request = JSON.parse(text);
                    const told = JSON.stringify({method: request.method, uri: request.uri, body: Buffer.from(request.body, 'base64').toString(), pid: process.pid});
                    connection.end(JSON.stringify({body: Buffer.from(told).toString('base64')}));
                });
            }).listen(process.env.PIPE_ADDRESS);
            JS,
        'http.php' => <<<'PHP'
            <?php
            $request = json_decode(file_get_contents('php://input'), true);
            $told = json_encode(['method' => $request['method'], 'uri' => $request['uri'], 'body' => base64_decode($request['body']), 'pid' => getmypid()]);
            header('Content-Type: application/json');
            echo json_encode(['body' => base64_encode($told)]);
            PHP,
        'serve.py' => <<<'PYTHON'
            import base64
            import json
            import os
            from http.server import BaseHTTPRequestHandler, HTTPServer


            class Handler(BaseHTTPRequestHandler):
                def do_POST(self):
                    request = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                    told = json.dumps({'method': request['method'], 'uri': request['uri'], 'body': base64.b64decode(request['body']).decode(), 'pid': os.getpid(),
                                       'folder': os.getcwd(), 'path': self.path, 'type': self.headers['Content-Type'], 'pipe': os.environ.get('PIPE_ADDRESS')})
                    reply = json.dumps({'body': base64.b64encode(told.encode()).decode()}).encode()
                    self.send_response(200)
                    self.send_header('Content-Length', str(len(reply)))
                    self.end_headers()
                    self.wfile.write(reply)


            host, port = os.environ['HTTP_ADDRESS'].rsplit(':', 1)
            HTTPServer((host, int(port)), Handler).serve_forever()
            PYTHON,
        'http.js' => <<<'JS'
            const [host, port] = process.env.HTTP_ADDRESS.split(':');
            const waiting = [];
            require('http').createServer((message, answer) => {
                const parts = [];
                message.on('data', (part) => parts.push(part));
                message.on('end', () => {
                    const request = JSON.parse(Buffer.concat(parts));
                    const told = JSON.stringify({method: request.method, uri: request.uri, body: Buffer.from(request.body, 'base64').toString(), pid: process.pid});
                    const say = () => answer.end(JSON.stringify({body: Buffer.from(told).toString('base64')}));
                    if (request.uri.startsWith('/node-http/together')) {
                        // Nobody is answered before all are here.
                        waiting.push(say);
                        if (waiting.length === 8) waiting.splice(0).forEach((one) => one());
                    } else if (request.uri === '/node-http/broken') {
                        answer.statusCode = 500;
                        say();
                    } else if (request.uri === '/node-http/never') {
                        // nothing
                    } else {
                        say();
                    }
                });
            }).listen(+port, host);
            JS,
    ];

    /** What the sockets in /tmp of this server's processes begin with. */
    public static function name(string $folder): string
    {
        return str_replace('-', '_', basename($folder));
    }

    public static function write(string $folder, string $manifest): void
    {
        file_put_contents("$folder/manifest.xml", str_replace('NAME', self::name($folder), $manifest));
    }

    public static function prepare(string $manifest = self::MANIFEST): string
    {
        $folder = Server::folder();
        mkdir("$folder/work");
        foreach (self::FILES as $name => $text) {
            file_put_contents("$folder/$name", $text);
        }
        self::write($folder, $manifest);

        return $folder;
    }

    /** @param  array<string, string>  $settings */
    public static function start(array $settings = [], string $manifest = self::MANIFEST): Server
    {
        $folder = self::prepare($manifest);

        return Server::launch($settings + ['BIND_ADDRESS' => '127.0.0.1:0', 'ADMIN_SOCKET' => "$folder/admin.sock"], $folder, ['lambdas', 'manifest.xml'])->awaitListening();
    }

    /** @return list<array<string, mixed>> the processes, as operators are shown them */
    public static function children(Server $server): array
    {
        $admin = new Connection("unix://$server->folder/admin.sock");
        $status = $admin->request('GET', '/-/status', ['Connection' => 'close'])->answer()->json();
        $admin->close();
        foreach ($status['upstreams'] as $kind) {
            if ($kind['kind'] === 'lambdas') {
                return $kind['processes'];
            }
        }

        return [];
    }

    /** @return array<string, mixed> the process of that name */
    public static function child(Server $server, string $id): array
    {
        return array_values(array_filter(self::children($server), static fn (array $child): bool => $child['id'] === "lambda $id"))[0] ?? [];
    }

    /** @return list<string> */
    public static function sockets(string $folder): array
    {
        return glob('/tmp/'.self::name($folder).'_*') ?: [];
    }
}
