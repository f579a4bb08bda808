<?php

declare(strict_types=1);

namespace LaravelBridge\Bench;

use LaravelBridge\E2e\Support\Connection;
use LaravelBridge\E2e\Support\Folders;
use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\Server;
use RuntimeException;

/** nginx and PHP-FPM with two workers, from configuration of our own in a folder of our own. */
final class NginxFpm extends Served
{
    private string $folder = '';

    private int $port = 0;

    /** @var list<resource> */
    private array $started = [];

    public function __construct(Application $application)
    {
        parent::__construct('fpm', $application);
    }

    public function start(): void
    {
        $this->folder = Server::folder();
        $this->port = self::freePort();
        file_put_contents("$this->folder/fpm.conf", $this->fpm());
        file_put_contents("$this->folder/nginx.conf", $this->nginx());
        $fpm = glob('/usr/sbin/php-fpm*')[0] ?? throw new RuntimeException('PHP-FPM is not installed');

        // Root may only run FPM's workers when told twice.
        $this->launch([$fpm, ...(posix_getuid() === 0 ? ['-R'] : []), '--nodaemonize', '--fpm-config', "$this->folder/fpm.conf"]);
        $this->launch(['/usr/sbin/nginx', '-e', "$this->folder/error.log", '-c', "$this->folder/nginx.conf"]);
        Processes::await(function (): bool {
            try {
                $connection = new Connection("tcp://127.0.0.1:$this->port");

                return $connection->request('GET', '/api/ping')->answer()->status === 200;
            } catch (RuntimeException) {
                return false;
            }
        }, "nginx and PHP-FPM answer; see $this->folder");
    }

    public function stop(): void
    {
        foreach ($this->started as $process) {
            proc_terminate($process, SIGTERM);
        }
        foreach ($this->started as $process) {
            proc_close($process);
        }
        $this->started = [];
        if ($this->folder !== '') {
            Folders::remove($this->folder);
        }
    }

    protected function port(): int
    {
        return $this->port;
    }

    protected function processes(): array
    {
        return array_map(static fn ($process): int => proc_get_status($process)['pid'], $this->started);
    }

    /** @param  list<string>  $command */
    private function launch(array $command): void
    {
        $output = ['file', "$this->folder/output", 'a'];
        $process = proc_open($command, [['file', '/dev/null', 'r'], $output, $output], $pipes, $this->folder);
        if ($process === false) {
            throw new RuntimeException("$command[0] could not be started");
        }
        $this->started[] = $process;
    }

    private static function freePort(): int
    {
        $socket = stream_socket_server('tcp://127.0.0.1:0') ?: throw new RuntimeException('No free port');

        return (int) substr((string) strrchr((string) stream_socket_get_name($socket, false), ':'), 1);
    }

    private function fpm(): string
    {
        $user = posix_getpwuid(posix_getuid())['name'] ?? 'nobody';

        return <<<CONF
            [global]
            error_log = $this->folder/fpm.log
            [www]
            user = $user
            group = $user
            listen = $this->folder/fpm.sock
            pm = static
            pm.max_children = 2
            php_admin_flag[opcache.enable] = on
            CONF;
    }

    private function nginx(): string
    {
        $user = posix_getuid() === 0 ? 'user root;' : '';

        return <<<CONF
            daemon off;
            $user
            worker_processes auto;
            pid $this->folder/nginx.pid;
            error_log $this->folder/error.log;
            events { worker_connections 1024; }
            http {
              include /etc/nginx/mime.types;
              sendfile on;
              tcp_nopush on;
              access_log $this->folder/access.log;
              keepalive_requests 1000000000;
              client_body_temp_path $this->folder/body;
              fastcgi_temp_path $this->folder/fastcgi;
              proxy_temp_path $this->folder/proxy;
              uwsgi_temp_path $this->folder/uwsgi;
              scgi_temp_path $this->folder/scgi;
              server {
                listen 127.0.0.1:$this->port backlog=1024;
                root {$this->application->path}/public;
                location / { try_files \$uri /index.php?\$query_string; }
                location = /index.php {
                  include /etc/nginx/fastcgi_params;
                  fastcgi_param SCRIPT_FILENAME \$document_root/index.php;
                  fastcgi_pass unix:$this->folder/fpm.sock;
                  fastcgi_buffers 32 64k;
                }
              }
            }
            CONF;
    }
}
