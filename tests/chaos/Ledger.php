<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** How every request ended. What did not end as it should is kept, until somebody can say which fault it is owed to. */
final class Ledger
{
    /** @var array<string, array<string, int>> kind => outcome => number */
    private array $counts = [];

    /** @var array<int, array{kind: string, status: int, at: float, outcome: string}> number => what went wrong */
    private array $losses = [];

    /** @var list<string> */
    private array $wrong = [];

    private int $answered = 0;

    public function enter(Question $question, Reply $reply, float $now): void
    {
        $outcome = $this->outcome($question, $reply);
        $this->counts[$question->kind][$outcome] = ($this->counts[$question->kind][$outcome] ?? 0) + 1;
        $this->answered += $reply->status === 200 && $reply->whole ? 1 : 0;
        if (str_starts_with($outcome, 'wrong')) {
            $this->wrong[] = "{$question->id()} ({$question->kind}): {$reply->status} for ".($reply->headers['x-request-id'] ?? 'nobody').' '.substr($reply->body, 0, 200);
        } elseif (! in_array($reply->status, $question->expected, true) || str_contains($outcome, 'without')
            || ($outcome === 'cut' && ! in_array(0, $question->expected, true))) {
            $this->losses[$question->number] = ['kind' => $question->kind, 'status' => $reply->status, 'at' => $now, 'outcome' => $outcome];
        }
    }

    private function outcome(Question $question, Reply $reply): string
    {
        if ($reply->status === 0 && $question->leaves) {
            return 'left';
        }
        if ($reply->status === 0 || ! $reply->whole) {
            return 'cut';
        }
        // Of half a head the server may not know the id.
        if ($question->kind !== 'half' && ($reply->headers['x-request-id'] ?? null) !== $question->id()) {
            return 'wrong id';
        }
        if ($reply->status === 200) {
            return ($question->ours)($reply) ? '200' : 'wrong';
        }

        return match (true) {
            $reply->status === 502 && ! str_contains($reply->body, $question->id()) => '502 without id',
            $reply->status === 503 && (int) ($reply->headers['retry-after'] ?? 0) < 1 => '503 without Retry-After',
            default => (string) $reply->status,
        };
    }

    public function answered(): int
    {
        return $this->answered;
    }

    public function total(): int
    {
        return array_sum(array_map(array_sum(...), $this->counts));
    }

    /** @return array<string, array<string, int>> */
    public function counts(): array
    {
        return $this->counts;
    }

    /** @return array<int, array{kind: string, status: int, at: float, outcome: string}> */
    public function losses(): array
    {
        return $this->losses;
    }

    /** @return list<string> */
    public function wrong(): array
    {
        return $this->wrong;
    }
}
