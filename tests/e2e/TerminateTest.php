<?php

declare(strict_types=1);

namespace LaravelBridge\E2e;

use LaravelBridge\E2e\Support\Processes;
use LaravelBridge\E2e\Support\ServerTestCase;
use PHPUnit\Framework\Attributes\Group;

/** Work that an application does after its answer. */
#[Group('main')]
final class TerminateTest extends ServerTestCase
{
    public function test_the_client_has_its_answer_before_the_work_is_done(): void
    {
        $token = bin2hex(random_bytes(8));
        $start = microtime(true);

        $answer = $this->get("/terminate?token=$token&ms=3000")->json();

        self::assertLessThan(3, microtime(true) - $start);
        Processes::await(fn (): bool => $this->marker()['terminating'] === $token, 'the work is done');
        if ($answer['defer']) {
            Processes::await(fn (): bool => $this->marker()['deferred'] === $token, 'the deferred work is done');
        }
    }

    public function test_the_work_of_one_request_is_done_once(): void
    {
        $before = $this->marker()['runs'];
        $token = bin2hex(random_bytes(8));
        $this->get("/terminate?token=$token");
        Processes::await(fn (): bool => $this->marker()['terminating'] === $token, 'the work is done');

        for ($number = 0; $number < 10; $number++) {
            $this->get('/api/ping');
        }

        self::assertSame($before + 1, $this->marker()['runs']);
    }

    public function test_a_job_dispatched_after_the_response_runs(): void
    {
        $value = bin2hex(random_bytes(8));

        self::assertSame(202, $this->postJson('/api/queue/after-response', ['value' => $value])->status);
        Processes::await(fn (): bool => ($this->get('/queue/result')->json()['result']['value'] ?? null) === $value, 'the job has run');
    }

    /** @return array<string, mixed> */
    private function marker(): array
    {
        return $this->get('/terminate/marker')->json();
    }
}
