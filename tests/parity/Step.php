<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

/** One request of a scenario, as its data says. */
final class Step
{
    /** @param  array<string, string|list<string>>  $headers */
    private function __construct(
        public readonly string $method,
        public readonly string $target,
        public readonly array $headers,
        public readonly string $body,
        public readonly bool $paced,
        public readonly string $as,
    ) {
    }

    /** @param  array<array-key, mixed>  $data  0: method and target; headers; body, form, json or multipart; paced: the time between its pieces counts; as: whose cookies */
    public static function of(array $data): self
    {
        [$method, $target] = explode(' ', (string) $data[0], 2);
        $headers = $data['headers'] ?? [];
        $body = $data['body'] ?? '';
        if (isset($data['form'])) {
            $headers += ['Content-Type' => 'application/x-www-form-urlencoded'];
            $body = is_array($data['form']) ? http_build_query($data['form']) : $data['form'];
        } elseif (isset($data['json'])) {
            $headers += ['Content-Type' => 'application/json'];
            $body = is_string($data['json']) ? $data['json'] : json_encode($data['json'], JSON_THROW_ON_ERROR);
        } elseif (isset($data['multipart'])) {
            $headers += ['Content-Type' => 'multipart/form-data; boundary=frontier'];
            $body = self::multipart($data['multipart']);
        }

        return new self($method, $target, $headers, $body, $data['paced'] ?? false, $data['as'] ?? '');
    }

    /** @param  list<string>  $parts  head and contents of each, an empty line between */
    private static function multipart(array $parts): string
    {
        $body = '';
        foreach ($parts as $part) {
            [$head, $contents] = explode("\n\n", $part, 2) + [1 => ''];
            $body .= "--frontier\r\nContent-Disposition: form-data; ".str_replace("\n", "\r\n", $head)."\r\n\r\n$contents\r\n";
        }

        return $body."--frontier--\r\n";
    }
}
