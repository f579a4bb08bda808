<?php

declare(strict_types=1);

namespace LaravelBridge\Leak;

use LaravelBridge\E2e\Support\Multipart;

/** The requests, in their order; each is method, target, header fields, body and the status that must come. */
final class Mix
{
    /** @return list<array{string, string, array<string, string>, string, int}> none of them ends its worker */
    public static function living(): array
    {
        $json = ['Content-Type' => 'application/json', 'Accept' => 'application/json'];
        $form = (new Multipart)->field('title', 'leak')->file('file', 'a.txt', 'text/plain', str_repeat('x', 3000))->file('files[a]', 'b.bin', 'application/octet-stream', 'small');
        $large = (new Multipart)->file('file', 'a.txt', 'text/plain', 'small')->file('other', 'b.bin', 'application/octet-stream', str_repeat('y', 90_000));
        $posted = '{"name":"Ada Lovelace","email":"ada@example.com","age":36,"tags":["mathematics","engines"]}';

        return [
            self::get('/api/ping'),
            self::get('/session'),
            self::get('/users?page=2'),
            self::get('/users/3'),
            ['POST', '/api/echo', $json, $posted, 200],
            ['POST', '/api/echo', $json, '{"email":"none"}', 422],
            ['POST', '/api/upload', ['Content-Type' => $form->type()], $form->body(), 200],
            ['POST', '/php/upload', ['Content-Type' => $large->type()], $large->body(), 200],
            ['PUT', '/php/input', ['Content-Type' => 'application/octet-stream'], str_repeat('0123456789', 20_000), 200],
            ['POST', '/php/input', ['Content-Type' => 'text/plain'], 'a small body', 200],
            self::get('/css/app.css'),
            self::get('/css/app.css', ['Range' => 'bytes=0-99'], 206),
            self::get('/download', ['Range' => 'bytes=1000-90000'], 206),
            self::get('/download/delete'),
            self::get('/payload/64'),
            self::get('/stream/echo?count=20'),
            self::get('/stream/generator?count=5'),
            self::get('/stream/json?count=50'),
            self::get('/sse?count=3&interval_ms=0'),
            self::get('/nothing-here', [], 404),
            self::get('/fail', [], 500),
            self::get('/php/ending/exception-in-stream', [], 500),
            self::get('/dashboard', ['Accept' => 'application/json'], 401),
            self::get('/cookies'),
            self::get('/header'),
            self::get('/hints'),
            self::get('/echo'),
            self::get('/dump'),
            self::get('/terminate?token=leak'),
            ['POST', '/api/queue/after-response', ['Content-Type' => 'application/x-www-form-urlencoded'], 'value=leak', 202],
            self::get('/php/buffers/open'),
            self::get('/php/buffers/view'),
            self::get('/php/ending/shutdown-notes?note=leak'),
            self::get('/links'),
            self::get('/bleed/config'),
            self::get('/bleed/singleton'),
            self::get('/bleed/locale'),
            self::get('/bleed/listener'),
            self::get('/bleed/user'),
            self::get('/bleed/php'),
            self::get('/bleed/transaction'),
        ];
    }

    /** @return list<array{string, string, array<string, string>, string, int}> most of them do */
    public static function replaced(): array
    {
        return [
            self::get('/exit'),
            self::get('/api/ping'),
            self::get('/dd', [], 500),
            self::get('/php/headers/content-type'),
            self::get('/fatal', [], 500),
            self::get('/sse/raw?count=2&interval_ms=0'),
            self::get('/segfault', [], 502),
            self::get('/session'),
        ];
    }

    /**
     * @param  array<string, string>  $headers
     * @return array{string, string, array<string, string>, string, int}
     */
    private static function get(string $target, array $headers = [], int $status = 200): array
    {
        return ['GET', $target, $headers, '', $status];
    }
}
