<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** Makes the requests, each with a number that its answer must carry. */
final class Questions
{
    private int $last = 0;

    public function asked(): int
    {
        return $this->last;
    }

    /** What an ordinary client asks next. */
    public function any(): Question
    {
        $dice = mt_rand(1, 1000);

        return match (true) {
            $dice <= 5 => $this->crash(),
            $dice <= 60 => $this->slow(),
            $dice <= 160 => $this->json(),
            $dice <= 200 => $this->spooled(),
            default => $this->page(),
        };
    }

    private function page(): Question
    {
        $id = Question::idOf(++$this->last);

        return new Question($this->last, 'page', [$this->head('GET', '/whoami', $id)],
            static fn (Reply $reply): bool => ($reply->json()['request_id'] ?? null) === $id);
    }

    private function json(): Question
    {
        $id = Question::idOf(++$this->last);
        $body = (string) json_encode(['name' => $id, 'age' => $this->last % 150]);

        return new Question($this->last, 'json', [$this->head('POST', '/api/echo', $id, strlen($body), 'application/json').$body],
            static fn (Reply $reply): bool => ($reply->json()['name'] ?? null) === $id);
    }

    /** Long enough in the application to be there when something happens. */
    private function slow(): Question
    {
        $id = Question::idOf(++$this->last);
        $ms = mt_rand(10, 60);

        return new Question($this->last, 'slow', [$this->head('GET', "/slow/$ms?$id", $id)],
            static fn (Reply $reply): bool => ($reply->json()['slept_ms'] ?? null) === $ms);
    }

    private function spooled(): Question
    {
        [$head, $body, $ours] = $this->upload(40000);

        return new Question($this->last, 'spooled', [$head.$body], $ours);
    }

    /** The application ends its own process by a signal: the answer to this request, and to no other, is a 502. */
    private function crash(): Question
    {
        $id = Question::idOf(++$this->last);

        return new Question($this->last, 'crash', [$this->head('GET', '/kill/'.[SIGKILL, SIGSEGV][mt_rand(0, 1)], $id)], static fn (): bool => false, [502]);
    }

    /** A head that never ends. */
    public function half(): Question
    {
        $head = $this->head('GET', '/whoami', Question::idOf(++$this->last));

        return new Question($this->last, 'half', [substr($head, 0, mt_rand(1, strlen($head) - 3))], static fn (): bool => false, [408, 0], apart: true);
    }

    /** A body that comes in drops, but comes. */
    public function slowBody(): Question
    {
        [$head, $body, $ours] = $this->upload(30000);
        $steps = [$head];
        foreach (str_split($body, 3000) as $piece) {
            array_push($steps, $piece, 0.1);
        }

        return new Question($this->last, 'slow body', $steps, $ours, apart: true);
    }

    /** A body that stops in the middle. */
    public function stalled(): Question
    {
        [$head, $body] = $this->upload(200000);

        return new Question($this->last, 'stalled', [$head, substr($body, 0, mt_rand(0, 150000))], static fn (): bool => false, [408, 0], apart: true);
    }

    /** A client that leaves: before, while or after its request is run, or in the middle of its body. */
    public function aborted(): Question
    {
        if (mt_rand(0, 2) === 0) {
            [$head, $body] = $this->upload(100000);

            return new Question($this->last, 'aborted', [$head, substr($body, 0, mt_rand(1000, 99999)), mt_rand(0, 20) / 1000], static fn (): bool => false,
                [0], leaves: true, apart: true);
        }
        $head = $this->head('GET', ['/slow/40', '/whoami', '/stream/echo?count=1000&interval_ms=1'][mt_rand(0, 2)], Question::idOf(++$this->last));

        // Whatever came before it left is right.
        return new Question($this->last, 'aborted', [$head, mt_rand(0, 30) / 1000], static fn (): bool => true, [0, 200], leaves: true, apart: true);
    }

    /** Half a megabyte, over a second: several of them fill the spool. */
    public function large(): Question
    {
        [$head, $body, $ours] = $this->upload(524288);
        $steps = [$head];
        foreach (str_split($body, 131072) as $piece) {
            array_push($steps, $piece, 0.2);
        }

        return new Question($this->last, 'large', $steps, $ours, apart: true);
    }

    /** @return array{string, string, \Closure(Reply): bool} */
    private function upload(int $bytes): array
    {
        $id = Question::idOf(++$this->last);
        $body = str_pad($id.' ', $bytes, sha1($id));
        $sha1 = sha1($body);

        return [
            $this->head('POST', '/api/inspect', $id, $bytes, 'application/octet-stream'),
            $body,
            static fn (Reply $reply): bool => ($reply->json()['content']['sha1'] ?? null) === $sha1,
        ];
    }

    private function head(string $method, string $target, string $id, int $length = 0, string $type = ''): string
    {
        return "$method $target HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: $id\r\n"
            .($type === '' ? '' : "Content-Type: $type\r\nContent-Length: $length\r\n")."\r\n";
    }
}
