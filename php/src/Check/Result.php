<?php

declare(strict_types=1);

namespace LaravelBridge\Check;

use LaravelBridge\Laravel\Detection\Kind;

/**
 * What is known of one route after it was asked for several times.
 */
final class Result
{
    /** @var list<int> of each answer; 0: there was none */
    public array $statuses = [];

    /** @var list<array{kind: string, place: string, what: string, route: string, advice: string}> */
    public array $findings = [];

    /** Why it could not be looked at, although it was asked for. */
    public ?string $trouble = null;

    public function __construct(public readonly Candidate $candidate)
    {
    }

    public function add(Visit $visit): void
    {
        $this->statuses[] = $visit->status;
        array_push($this->findings, ...$visit->findings);
        if ($visit->ended !== null) {
            $this->trouble ??= "the worker was replaced: {$visit->ended}";
        } elseif ($visit->status >= 500) {
            $this->trouble ??= "it answers {$visit->status}";
        }
    }

    /**
     * @return list<array{kind: string, place: string, what: string, route: string, advice: string}>
     */
    public function leaks(): array
    {
        return array_values(array_filter($this->findings, static fn (array $finding): bool => Kind::from($finding['kind'])->isTrouble()));
    }
}
