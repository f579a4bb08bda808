<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

/** A server that starts one process for each request, with a folder of scripts. FOLDER in a text stands for the server's folder. */
final class Exec
{
    public const SERVICE = <<<'YAML'
        servicename: tests
        port: 1
        socketpath: FOLDER/reply.sock
        openapi: pets.yaml
        paths:
          /php:
            post:
              inject: { wd: FOLDER/work, env: [STAGE=test], cmd: php reply.php, channel: cmdline, encoding: json, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          shell:
            post:
              validatein: false
              inject: { wd: FOLDER/work, env: [STAGE=test], cmd: sh reply.sh, channel: cmdline, encoding: json, timeout: 20000 }
              logstdout: true
              outtake: usocket://one/the/{req_id}
              validate-out: false
          /python:
            post:
              inject: { wd: FOLDER/work, env: [STAGE=test], cmd: python3 reply.py, channel: stdin, encoding: json, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /length:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'reply "{\"length\":$(wc -c)}"'], channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /argument:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'reply true', '{{jsonpayload}}'], channel: cmdline, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /environment/{id}:
            post:
              inject: { wd: FOLDER/work, env: [OWN=a=b, REQUEST_ID=of the file], cmd: php environment.php, channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /silent:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'echo giving up; exit 3'], channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /slow:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'trap "" TERM; sleep 1000 & echo $! >grandchild; wait; wait'], channel: stdin, timeout: 500 }
              outtake: usocket://uri/{req_id}
          /twice:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, '(reply "{\"reply\":\"first\"}"; reply "{\"reply\":\"second\"}") >told.new; mv told.new told'], channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /text:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'reply nothing'], channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /bytes:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'reply "{\"b\":1.0, \"a\":12345678901234567890}"'], channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /missing:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: /no/such/program, channel: stdin }
              outtake: usocket://uri/{req_id}
          /nowhere:
            post:
              inject: { wd: FOLDER/none, env: [], cmd: sh, channel: stdin }
              outtake: usocket://uri/{req_id}
          /patient:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'touch begun; until [ -e go ]; do sleep 0.02; done; reply 1 >late.new; head -n 1 late.new >late'], channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /crowd:
            post:
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'mkdir -p crowd; touch crowd/$$; n=$(ls crowd | wc -l); sleep 0.1; rm crowd/$$; reply "{\"at_once\":$n}"'], channel: stdin, timeout: 20000 }
              outtake: usocket://uri/{req_id}
          /pet/{petId}:
            post:
              validate-in: true
              inject: { wd: FOLDER/work, env: [], cmd: [sh, -c, 'case "$1" in *Bad*) reply "{\"id\":\"x\"}";; *) reply "{\"id\":5,\"name\":\"Rex\"}";; esac', sh], channel: cmdline, timeout: 20000 }
              outtake: usocket://uri/{req_id}
              validate-out: true
        YAML;

    private const FILES = [
        'pets.yaml' => <<<'YAML'
            openapi: 3.0.1
            info: { title: Pets, version: 1.0.0 }
            paths:
              /pet/{petId}:
                post:
                  parameters:
                    - { name: petId, in: path, required: true, schema: { type: integer } }
                  requestBody:
                    content:
                      application/json:
                        schema: { $ref: '#/components/schemas/Pet' }
                      application/xml:
                        schema: { $ref: '#/components/schemas/Pet' }
                    required: true
                  responses:
                    '200':
                      description: the pet
                      content:
                        application/json:
                          schema: { $ref: '#/components/schemas/Pet' }
            components:
              schemas:
                Pet:
                  type: object
                  required: [name]
                  properties:
                    id: { type: integer, format: int64 }
                    name: { type: string }
            YAML,
        'work/reply' => <<<'SH'
            #!/bin/sh
            exec curl -sS --unix-socket "$UROCKET_SOCKET" -w '%{http_code}\n' "http://localhost/uri/$REQUEST_ID" --data-binary "$1"
            SH,
        'work/reply.sh' => <<<'SH'
            curl -sS --unix-socket "$UROCKET_SOCKET" "http://localhost/one/the/$REQUEST_ID" \
                --data-binary "{\"got\":$1,\"path\":\"$URIPATH\",\"id\":\"$REQUEST_ID\",\"stage\":\"$STAGE\"}"
            SH,
        'work/reply.php' => <<<'PHP'
            <?php
            $ch = curl_init('http://localhost/uri/'.getenv('REQUEST_ID'));
            curl_setopt($ch, CURLOPT_UNIX_SOCKET_PATH, getenv('UROCKET_SOCKET'));
            curl_setopt($ch, CURLOPT_POST, 1);
            curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode(['got' => json_decode($argv[1]), 'path' => getenv('URIPATH'), 'id' => getenv('REQUEST_ID'), 'stage' => getenv('STAGE')]));
            curl_setopt($ch, CURLOPT_HTTPHEADER, ['Content-Type: application/json']);
            curl_setopt($ch, CURLOPT_RETURNTRANSFER, 1);
            print_r(curl_exec($ch));
            PHP,
        'work/environment.php' => <<<'PHP'
            <?php
            $ch = curl_init('http://localhost/'.getenv('REQUEST_ID'));
            curl_setopt($ch, CURLOPT_UNIX_SOCKET_PATH, getenv('UROCKET_SOCKET'));
            curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode(['PWD' => getcwd()] + getenv()));
            curl_exec($ch);
            PHP,
        'work/reply.py' => <<<'PYTHON'
            import http.client, json, os, socket, sys


            class UnixConnection(http.client.HTTPConnection):
                def connect(self):
                    self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                    self.sock.connect(os.environ["UROCKET_SOCKET"])


            got = json.load(sys.stdin)
            connection = UnixConnection("localhost")
            body = json.dumps({"got": got, "path": os.environ["URIPATH"], "id": os.environ["REQUEST_ID"], "stage": os.environ["STAGE"]})
            connection.request("POST", "/uri/" + os.environ["REQUEST_ID"], body, {"Content-Type": "application/json"})
            print(connection.getresponse().read().decode(), end="")
            PYTHON,
    ];

    /** @param  array<string, string>  $settings */
    public static function start(string $service, array $settings = []): Server
    {
        $folder = Server::folder();
        mkdir("$folder/work");
        foreach (self::FILES + ['service.yaml' => $service] as $name => $text) {
            file_put_contents("$folder/$name", str_replace('FOLDER', $folder, $text));
        }
        chmod("$folder/work/reply", 0700);

        return Server::launch(
            $settings + ['ADMIN_SOCKET' => "$folder/admin.sock", 'PATH' => "$folder/work:".getenv('PATH')],
            $folder,
            ['urocket', '-c', "$folder/service.yaml", '-p', '0'],
        )->awaitListening();
    }

    public static function remove(Server $server): void
    {
        Folders::remove($server->folder);
    }
}
