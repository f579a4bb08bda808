<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

/** A person with a browser: keeps cookies, fills forms with their token, follows redirects when told to. */
final class Browser
{
    /** @var array<string, string> */
    public array $cookies = [];

    private ?Answer $page = null;

    public function __construct(private readonly Server $server)
    {
    }

    /** @param  array<string, string>  $headers */
    public function visit(string $target, array $headers = []): Answer
    {
        return $this->page = $this->request('GET', $target, $headers);
    }

    /**
     * Sends a form with the token of the page last visited.
     *
     * @param  array<string, string>  $fields
     */
    public function submit(string $target, array $fields): Answer
    {
        preg_match('/name="_token" value="([^"]+)"/', $this->page->body ?? '', $match);

        return $this->request('POST', $target, ['Content-Type' => 'application/x-www-form-urlencoded'],
            http_build_query($fields + ['_token' => $match[1] ?? '']));
    }

    public function follow(Answer $answer): Answer
    {
        $target = preg_replace('~^https?://[^/]+~', '', (string) $answer->header('Location'));

        return $this->visit($target === '' ? '/' : (string) $target);
    }

    /** @param  array<string, string>  $headers */
    private function request(string $method, string $target, array $headers, string $body = ''): Answer
    {
        if ($this->cookies !== []) {
            $headers['Cookie'] = implode('; ', array_map(
                static fn (string $name, string $value): string => "$name=$value",
                array_keys($this->cookies),
                $this->cookies,
            ));
        }
        $answer = $this->server->request($method, $target, $headers, $body);
        foreach ($answer->headers('Set-Cookie') as $cookie) {
            [$name, $value] = explode('=', explode(';', $cookie)[0], 2);
            $this->cookies[$name] = $value;
        }

        return $answer;
    }
}
