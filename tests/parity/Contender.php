<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

use LaravelBridge\E2e\Support\Answer;
use LaravelBridge\E2e\Support\Connection;
use RuntimeException;

/** A running server that is asked what scenarios say; knows nothing of which one it is. */
final class Contender
{
    /** Of this play of a scenario: counters and caches are the application's, whichever server asks. */
    private string $run = '';

    public function __construct(public readonly string $name, private readonly string $address, private readonly string $storage)
    {
    }

    /** @return array<string, string> what was seen, by item: status, headers, cookies, body, files */
    public function play(Scenario $scenario): array
    {
        foreach ($scenario->with as $file => $contents) {
            file_put_contents("$this->storage/$file", $contents);
        }
        try {
            return $this->seen($scenario);
        } finally {
            foreach ($scenario->with as $file => $contents) {
                unlink("$this->storage/$file");
            }
        }
    }

    /** @return array<string, string> */
    private function seen(Scenario $scenario): array
    {
        $jars = [];
        $seen = [];
        $last = null;
        $this->run = bin2hex(random_bytes(6));
        $before = $this->files($scenario);
        foreach ($scenario->steps as $number => $step) {
            $prefix = count($scenario->steps) > 1 ? ($number + 1).'.' : '';
            try {
                $jars[$step->as] ??= [];
                [$last, $more] = $this->ask($step, $jars[$step->as], $last);
            } catch (RuntimeException $e) {
                $seen["{$prefix}answer"] = 'none: '.preg_replace('/; unread:.*/s', '', $e->getMessage());

                continue;
            }
            foreach ([...$more, ...Reading::of($last)] as $item => $value) {
                $seen[$prefix.$item] = $this->masked($value);
            }
        }
        if ($scenario->files !== []) {
            // What is removed goes when the last byte has left.
            usleep(200_000);
        }
        foreach ($this->files($scenario) as $pattern => $files) {
            $seen["files $pattern"] = (string) (count($files) - count($before[$pattern]));
        }

        return array_filter($seen, static fn (string $item): bool => ! $scenario->ignores($item), ARRAY_FILTER_USE_KEY);
    }

    /**
     * @param  array<string, string>  $cookies  by name; changed by what the answer sets
     * @return array{Answer, array<string, string>}
     */
    private function ask(Step $step, array &$cookies, ?Answer $last): array
    {
        $fill = fn (string $text): string => (string) preg_replace_callback('/\{(xsrf|location|run|[a-z_]+)(?::([^}]+))?\}/', fn (array $match): string => match ($match[1]) {
            'run' => $this->run,
            'xsrf' => urldecode($cookies['XSRF-TOKEN'] ?? ''),
            'location' => (string) preg_replace('~^https?://[^/]+~', '', (string) $last?->header('Location')),
            'json' => (string) ($last?->json()[$match[2] ?? ''] ?? ''),
            'form' => urlencode((string) ($last?->json()[$match[2] ?? ''] ?? '')),
            'path' => (string) preg_replace('~^https?://[^/]+~', '', (string) ($last?->json()[$match[2] ?? ''] ?? '')),
            default => $match[0],
        }, $text);
        $headers = array_map(static fn (string|array $value): string|array => is_array($value) ? array_map($fill, $value) : $fill($value), $step->headers);
        if ($cookies !== []) {
            $headers += ['Cookie' => implode('; ', array_map(static fn (string $name, string $value): string => "$name=$value", array_keys($cookies), $cookies))];
        }
        $connection = new Connection($this->address);
        try {
            $connection->request($step->method, $fill($step->target), $headers + ['Host' => 'localhost:'.$this->port(), 'Connection' => 'close'], $fill($step->body));
            [$answer, $more] = $this->answer($connection, $step);
        } finally {
            $connection->close();
        }
        foreach ($answer->headers('Set-Cookie') as $cookie) {
            [$name, $value] = explode('=', explode(';', $cookie)[0], 2) + [1 => ''];
            if (preg_match('/expires=([^;]+)/i', $cookie, $expires) && strtotime($expires[1]) < time()) {
                unset($cookies[$name]);
            } else {
                $cookies[$name] = $value;
            }
        }

        return [$answer, $more];
    }

    /** @return array{Answer, array<string, string>} */
    private function answer(Connection $connection, Step $step): array
    {
        $more = [];
        while (($head = $connection->head())->status < 200) {
            $more["informational $head->status"] = implode(' | ', $head->headers('Link'));
        }
        if ($step->method === 'HEAD' || in_array($head->status, [204, 304], true)) {
            $more['bytes after the head'] = (string) strlen($connection->rest());

            return [$head, $more];
        }
        $body = '';
        $begun = null;
        try {
            if (strtolower($head->header('Transfer-Encoding') ?? '') === 'chunked') {
                while (($chunk = $connection->chunk()) !== null) {
                    $begun ??= hrtime(true);
                    $body .= $chunk;
                }
            } else {
                $length = $head->header('Content-Length');
                $body = $length === null ? $connection->rest() : $connection->exactly((int) $length);
            }
        } catch (RuntimeException) {
            $more['end'] = 'cut off';
        }
        if ($step->paced) {
            // Of 0.4 s and more.
            $more['first bytes'] = $begun !== null && hrtime(true) - $begun > 200_000_000 ? 'at once' : 'with the last';
        }

        return [$head->withBody($body), $more];
    }

    private function port(): string
    {
        return substr((string) strrchr($this->address, ':'), 1);
    }

    private function masked(string $value): string
    {
        return str_replace([":{$this->port()}", "%3A{$this->port()}"], [':PORT', '%3APORT'], $value === $this->port() ? ":$value" : $value);
    }

    /** @return array<string, list<string>> */
    private function files(Scenario $scenario): array
    {
        $files = [];
        foreach ($scenario->files as $pattern) {
            $files[$pattern] = glob("$this->storage/$pattern") ?: [];
        }

        return $files;
    }
}
