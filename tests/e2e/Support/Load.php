<?php

declare(strict_types=1);

namespace LaravelBridge\E2e\Support;

use CurlHandle;
use CurlMultiHandle;

/** Clients that ask without a pause, half of them with a new connection for each request; runs only while it is told to. */
final class Load
{
    private const CLIENTS = 6;

    private CurlMultiHandle $multi;

    private int $answered = 0;

    /** @var list<string> what was no 200 */
    private array $failures = [];

    public function __construct(private readonly string $address, private readonly string $target = '/api/ping')
    {
        $this->multi = curl_multi_init();
        for ($client = 0; $client < self::CLIENTS; $client++) {
            $this->ask($client % 2 === 0);
        }
    }

    /** @param  callable(int): bool  $condition  told how many requests were answered since this call */
    public function until(callable $condition, float $seconds = 30): void
    {
        $before = $this->answered;
        Processes::await(function () use ($condition, $before): bool {
            $this->turn(true);

            return $condition($this->answered - $before);
        }, "load goes on; so far: $this->answered answers, ".implode(', ', array_unique($this->failures)), $seconds);
    }

    /** @param  callable(): bool  $condition */
    public function while(callable $condition): void
    {
        $this->until(static fn (): bool => ! $condition());
    }

    /** @return list<string> what went wrong with any request, from the first to the last */
    public function finish(): array
    {
        $running = 1;
        while ($running > 0) {
            $running = $this->turn(false);
        }

        return $this->failures;
    }

    private function ask(bool $fresh): void
    {
        $request = curl_init('http'.substr($this->address, strlen('tcp')).$this->target);
        curl_setopt_array($request, [CURLOPT_RETURNTRANSFER => true, CURLOPT_FORBID_REUSE => $fresh, CURLOPT_FRESH_CONNECT => $fresh,
            CURLOPT_PRIVATE => $fresh ? 'fresh' : '', CURLOPT_TIMEOUT => 20]);
        curl_multi_add_handle($this->multi, $request);
    }

    private function turn(bool $more): int
    {
        curl_multi_exec($this->multi, $running);
        curl_multi_select($this->multi, 0.005);
        while (is_array($message = curl_multi_info_read($this->multi))) {
            $request = $message['handle'];
            assert($request instanceof CurlHandle);
            $status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
            if ($message['result'] !== CURLE_OK || $status !== 200) {
                $this->failures[] = $message['result'] === CURLE_OK ? "status $status" : (string) curl_strerror($message['result']);
            }
            $this->answered++;
            $fresh = curl_getinfo($request, CURLINFO_PRIVATE) === 'fresh';
            curl_multi_remove_handle($this->multi, $request);
            if ($more) {
                $this->ask($fresh);
                $running++;
            }
        }

        return $running;
    }
}
