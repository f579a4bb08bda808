<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Support;

use RuntimeException;

/**
 * PHP's own web server, asked what it makes of a request: the measure for our own parsing.
 */
final class RealPhp
{
    private const SCRIPT = <<<'PHP'
        <?php
        $contents = static function ($path) use (&$contents) {
            return is_array($path) ? array_map($contents, $path) : ($path === '' ? '' : file_get_contents($path));
        };
        foreach ($_FILES as $field => $file) {
            $_FILES[$field]['tmp_name'] = $contents($file['tmp_name']);
        }
        echo base64_encode(serialize([
            'get' => $_GET, 'post' => $_POST, 'cookie' => $_COOKIE, 'files' => $_FILES, 'request' => $_REQUEST,
            'server' => $_SERVER, 'input' => file_get_contents('php://input'),
        ]));
        PHP;

    /** @var resource */
    private readonly mixed $process;

    private readonly string $folder;

    private int $port = 0;

    /**
     * @param  array<string, string>  $settings
     */
    public function __construct(array $settings = [])
    {
        $this->folder = sys_get_temp_dir().'/bridge-real-php-'.bin2hex(random_bytes(4));
        mkdir($this->folder);
        file_put_contents($this->folder.'/index.php', self::SCRIPT);
        $errors = $this->folder.'/errors';
        $process = proc_open(
            [PHP_BINARY, '-d', 'display_errors=stderr', '-d', 'display_startup_errors=0', ...array_merge(...array_map(static fn (string $name): array => ['-d', "{$name}={$settings[$name]}"], array_keys($settings))), '-S', '127.0.0.1:0', '-t', $this->folder, $this->folder.'/index.php'],
            [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', $errors, 'w']],
            $pipes,
        );
        if ($process === false) {
            throw new RuntimeException('PHP does not start.');
        }
        $this->process = $process;
        for ($i = 0; $i < 200 && $this->port === 0; $i++) {
            usleep(20_000);
            if (preg_match('~\(http://127\.0\.0\.1:(\d+)\) started~', (string) file_get_contents($errors), $match) === 1) {
                $this->port = (int) $match[1];
            }
        }
    }

    /**
     * @param  list<array{string, string}>  $headers
     * @return array<string, mixed>
     */
    public function ask(string $method, string $target, array $headers = [], string $body = ''): array
    {
        $stream = stream_socket_client("tcp://127.0.0.1:{$this->port}", $number, $reason, 5);
        if ($stream === false) {
            throw new RuntimeException("PHP does not answer: {$reason}");
        }
        $head = "{$method} {$target} HTTP/1.1\r\nConnection: close\r\n";
        foreach ($headers as [$name, $value]) {
            $head .= "{$name}: {$value}\r\n";
        }
        fwrite($stream, $head."\r\n".$body);
        $answer = (string) stream_get_contents($stream);
        $result = unserialize((string) base64_decode(trim(explode("\r\n\r\n", $answer, 2)[1] ?? '')));

        return is_array($result) ? $result : throw new RuntimeException("PHP answers: {$answer}");
    }

    public function stop(): void
    {
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
        array_map(unlink(...), glob($this->folder.'/*') ?: []);
        rmdir($this->folder);
    }
}
