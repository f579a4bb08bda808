<?php

declare(strict_types=1);

namespace LaravelBridge\Check;

/**
 * What came of one request.
 */
final class Visit
{
    /**
     * @param  int  $status  0: there was no answer
     * @param  list<array{kind: string, place: string, what: string, route: string, advice: string}>  $findings
     * @param  string|null  $ended  why the worker is to be replaced, or that it has died
     */
    public function __construct(
        public readonly int $status,
        public readonly array $findings = [],
        public readonly ?string $ended = null,
    ) {
    }

    /**
     * @param  array<string, string>  $known  kinds of findings by their places
     */
    public function without(array $known): self
    {
        $new = array_filter($this->findings, static fn (array $finding): bool => ($known[$finding['place']] ?? null) !== $finding['kind']);

        return new self($this->status, array_values($new), $this->ended);
    }
}
