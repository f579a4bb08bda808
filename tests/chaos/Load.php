<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** The clients: so many that ask one question after the other, and those that come once to be a nuisance. */
final class Load
{
    /** Of a client that was told to come back later. */
    private const REST = 0.05;

    private const TICK_MICROSECONDS = 5000;

    /** @var array<int, Client> */
    private array $clients = [];

    /** @var array<int, float> client => not before */
    private array $resting = [];

    private int $regulars = 0;

    private bool $closing = false;

    /** @var array<int, true> */
    private array $visitors = [];

    public function __construct(
        private readonly string $address,
        private readonly Questions $questions,
        private readonly Ledger $ledger,
    ) {
    }

    public function regulars(int $number): void
    {
        $this->regulars = $number;
    }

    public function visit(Question $question): void
    {
        $client = $this->clients[] = new Client($this->address);
        $this->visitors[(int) array_key_last($this->clients)] = true;
        $client->ask($question);
    }

    /** No new connection from now on: who is told to close asks no more. */
    public function lastQuestions(): void
    {
        $this->closing = true;
    }

    public function isOver(): bool
    {
        return $this->clients === [];
    }

    /** A few milliseconds of it. */
    public function turn(): void
    {
        $now = microtime(true);
        $this->askNext($now);
        $read = $write = [];
        foreach ($this->clients as $key => $client) {
            $this->note($key, $client, $client->question(), $client->proceed($now), $now);
            if ($client->socket() !== null) {
                $read[$key] = $client->socket();
                if ($client->wantsToWrite()) {
                    $write[$key] = $client->socket();
                }
            }
        }
        $none = null;
        if ($read === []) {
            usleep(self::TICK_MICROSECONDS);
        } elseif (@stream_select($read, $write, $none, 0, self::TICK_MICROSECONDS) > 0) {
            foreach (array_keys($write) as $key) {
                $this->clients[$key]->write();
            }
            foreach (array_keys($read) as $key) {
                $client = $this->clients[$key];
                $this->note($key, $client, $client->question(), $client->read(), microtime(true));
            }
        }
    }

    private function askNext(float $now): void
    {
        $regulars = count($this->clients) - count($this->visitors);
        for (; $regulars < $this->regulars && ! $this->closing; $regulars++) {
            $this->clients[] = new Client($this->address);
        }
        foreach ($this->clients as $key => $client) {
            if ($client->question() !== null || ($this->resting[$key] ?? 0) > $now) {
                continue;
            }
            if (isset($this->visitors[$key]) || $regulars > $this->regulars || ($this->closing && ! $client->connected())) {
                $regulars -= isset($this->visitors[$key]) ? 0 : 1;
                $client->close();
                unset($this->clients[$key], $this->visitors[$key], $this->resting[$key]);
            } else {
                $client->ask($this->questions->any());
            }
        }
    }

    private function note(int $key, Client $client, ?Question $question, ?Reply $reply, float $now): void
    {
        if ($reply === null || $question === null) {
            return;
        }
        $this->ledger->enter($question, $reply, $now);
        if ($reply->status !== 200) {
            $this->resting[$key] = $now + self::REST;
        }
    }
}
