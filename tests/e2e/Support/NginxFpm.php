<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use RuntimeException;

/**
 * nginx and PHP-FPM on any free port of 127.0.0.1, with configuration of our own in a folder of our own: what this server is measured against and compared
 * with. nginx is configured as Laravel's documentation says, and sends files that an answer names by X-Accel-Redirect from one folder of the application.
 */
final class NginxFpm
{
    /** @var list<resource> */
    private array $started = [];

    private function __construct(public readonly string $application, private readonly string $folder, private readonly int $port)
    {
    }

    /** Starts both and waits until the application answers. */
    public static function start(string $application, int $workers = 2): self
    {
        $self = new self($application, Server::folder(), self::freePort());
        file_put_contents("$self->folder/fpm.conf", $self->fpm($workers));
        file_put_contents("$self->folder/nginx.conf", $self->nginx());
        $fpm = glob('/usr/sbin/php-fpm*')[0] ?? throw new RuntimeException('PHP-FPM is not installed');

        // Root may only run FPM's workers when told twice.
        $self->launch([$fpm, ...(posix_getuid() === 0 ? ['-R'] : []), '--nodaemonize', '--fpm-config', "$self->folder/fpm.conf"]);
        $self->launch(['/usr/sbin/nginx', '-e', "$self->folder/error.log", '-c', "$self->folder/nginx.conf"]);
        Processes::await(static function () use ($self): bool {
            try {
                $connection = new Connection($self->address());

                return $connection->request('GET', '/api/ping')->answer()->status === 200;
            } catch (RuntimeException) {
                return false;
            }
        }, "nginx and PHP-FPM answer; see $self->folder");

        return $self;
    }

    public function stop(): void
    {
        foreach ($this->started as $process) {
            proc_terminate($process, SIGTERM);
        }
        foreach ($this->started as $process) {
            proc_close($process);
        }
        if ($this->started !== []) {
            Folders::remove($this->folder);
        }
        $this->started = [];
    }

    public function port(): int
    {
        return $this->port;
    }

    public function address(): string
    {
        return "tcp://127.0.0.1:$this->port";
    }

    /** @return list<int> the processes that were started, without their children */
    public function processes(): array
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

    private function fpm(int $workers): string
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
            pm.max_children = $workers
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
              client_max_body_size 64m;
              client_body_temp_path $this->folder/body;
              fastcgi_temp_path $this->folder/fastcgi;
              proxy_temp_path $this->folder/proxy;
              uwsgi_temp_path $this->folder/uwsgi;
              scgi_temp_path $this->folder/scgi;
              server {
                listen 127.0.0.1:$this->port backlog=1024;
                root $this->application/public;
                index index.php;
                charset utf-8;
                location / { try_files \$uri \$uri/ /index.php?\$query_string; }
                location = /favicon.ico { access_log off; log_not_found off; }
                location = /robots.txt { access_log off; log_not_found off; }
                error_page 404 /index.php;
                location ~ ^/index\.php(/|$) {
                  include /etc/nginx/fastcgi_params;
                  # Debian's file takes the port away, and with it that of every url() of an application on a port of its own.
                  fastcgi_param HTTP_HOST \$http_host;
                  fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
                  fastcgi_pass unix:$this->folder/fpm.sock;
                  fastcgi_buffers 32 64k;
                }
                location ~ /\.(?!well-known).* { deny all; }
                location $this->application/storage/app/downloads/ { internal; root /; }
              }
            }
            CONF;
    }
}
