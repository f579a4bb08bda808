<?php

declare(strict_types=1);

namespace LaravelBridge\Laravel\Detection;

/**
 * Whether memory grows with each request, after cycles have been collected: looked at now and then, since that costs more
 * than a small request.
 */
final class MemorySlope
{
    public const ADVICE = 'Something keeps a little of each request: a static array or a singleton that is added to. The other findings may name it.';

    /** What a look after the other must be more to count, in bytes for each request between them. */
    private const STEP = 256;

    /** So many looks in a row, without slowing down: what grows at first is only getting warm. */
    private const STEPS = 5;

    private int $requests = 0;

    /** @var array<string, list<int>> by series: what memory has grown by, from look to look */
    private array $grown = [];

    /** @var array<string, int> by series: memory at the last look */
    private array $last = [];

    /**
     * @param  int  $interval  requests from look to look
     */
    public function __construct(private readonly int $interval)
    {
    }

    /**
     * @param  string  $series  what is compared with what: all requests, or those of one route
     * @return int|null bytes for each request, when it is certain that memory grows
     */
    public function after(string $series = '*'): ?int
    {
        if (++$this->requests % $this->interval !== 0) {
            return null;
        }
        gc_collect_cycles();
        $now = memory_get_usage();
        $by = $now - ($this->last[$series] ?? $now);
        $this->last[$series] = $now;
        if ($by < self::STEP * $this->interval) {
            $this->grown[$series] = [];

            return null;
        }
        $this->grown[$series][] = $by;
        $steps = array_slice($this->grown[$series], -self::STEPS);
        $average = array_sum($steps) / count($steps);
        if (count($steps) < self::STEPS || min($steps) < $average / 2 || max($steps) > $average * 2) {
            return null;
        }

        return (int) ($average / $this->interval);
    }
}
