<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** What the server says of itself, read while it is written. */
final class ServerLog
{
    /** The generation that serves. */
    public int $serving = 0;

    /** @var array<int, int> generation => pid of its handler */
    public array $handlers = [];

    public int $reloadsFailed = 0;

    public int $retired = 0;

    /** @var array<string, array{pid: int, error: string}> id => what the access log says of a request that was not answered with 200 */
    public array $failed = [];

    /** @var list<string> what must not be there */
    public array $alarming = [];

    private int $offset = 0;

    private string $rest = '';

    public function __construct(private string $path)
    {
    }

    /** Goes on with the next server; of the last one nothing more comes. */
    public function follow(string $path): void
    {
        $this->read();
        $this->path = $path;
        $this->offset = 0;
        $this->rest = '';
        $this->serving = 0;
        $this->handlers = [];
    }

    public function read(): void
    {
        $text = (string) @file_get_contents($this->path, false, null, $this->offset);
        $this->offset += strlen($text);
        $lines = explode("\n", $this->rest.$text);
        $this->rest = (string) array_pop($lines);
        foreach ($lines as $line) {
            if (str_contains($line, ' [access] ')) {
                $this->access($line);
            } elseif (str_contains($line, ' [laravel] ') || str_contains($line, ' [handler] ')) {
                $this->event($line);
            } elseif (preg_match('/illegal|assert|terminate called|Sanitizer|PHP Fatal/i', $line) && ! str_contains($line, Application::CAUSE)) {
                $this->alarming[] = $line;
            }
        }
    }

    private function access(string $line): void
    {
        if (! str_contains($line, ' status=200 ') && preg_match('/ id=(chaos-\d+) .* pid=(\d+)(?: upstream=\S+)?(?: error=(\w+))?/', $line, $match)) {
            $this->failed[$match[1]] = ['pid' => (int) $match[2], 'error' => $match[3] ?? ''];
        }
    }

    private function event(string $line): void
    {
        if (preg_match('/handler (\d+): PHP .* pid (\d+)$/', $line, $match)) {
            $this->handlers[(int) $match[1]] = (int) $match[2];
        } elseif (preg_match('/generation (\d+) serves$/', $line, $match)) {
            $this->serving = (int) $match[1];
        } elseif (str_contains($line, 'the reload failed')) {
            $this->reloadsFailed++;
        } elseif (preg_match('/worker \d+ retires: \d+ requests/', $line)) {
            $this->retired++;
        }
    }
}
