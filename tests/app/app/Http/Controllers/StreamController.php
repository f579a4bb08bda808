<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Generator;
use Illuminate\Http\Request;
use Illuminate\Routing\ResponseFactory;
use RuntimeException;
use Symfony\Component\HttpFoundation\StreamedJsonResponse;
use Symfony\Component\HttpFoundation\StreamedResponse;

/** Answers that arrive piece by piece: `?count=` pieces, `&interval_ms=` apart. */
final class StreamController extends Controller
{
    private const MAX_COUNT = 1000000;

    public function echoed(Request $request): StreamedResponse
    {
        [$count, $pause] = $this->pace($request, 5, 0);

        return new StreamedResponse(function () use ($count, $pause): void {
            for ($number = 1; $number <= $count && ! connection_aborted(); $number++) {
                echo "chunk {$number}\n";
                $this->push();
                usleep($pause);
            }
        }, 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
    }

    /** The callback is the generator itself where the framework takes one (12), else it is unrolled here. */
    public function generator(Request $request): StreamedResponse
    {
        [$count, $pause] = $this->pace($request, 5, 0);

        $pieces = function () use ($count, $pause): Generator {
            for ($number = 1; $number <= $count; $number++) {
                yield "piece {$number}\n";
                usleep($pause);
            }
        };

        $headers = ['Content-Type' => 'text/plain; charset=UTF-8'];

        if (version_compare(app()->version(), '12.0', '>=')) {
            return response()->stream($pieces, 200, $headers);
        }

        return response()->stream(function () use ($pieces): void {
            foreach ($pieces() as $piece) {
                echo $piece;
                $this->push();
            }
        }, 200, [...$headers, 'X-Accel-Buffering' => 'no']);
    }

    public function json(Request $request): StreamedJsonResponse
    {
        [$count] = $this->pace($request, 5, 0);

        return response()->streamJson(['items' => (function () use ($count): Generator {
            for ($number = 1; $number <= $count; $number++) {
                yield ['number' => $number];
            }
        })()]);
    }

    /** Throws when the head and three pieces are on their way: the client must see that the end is missing. */
    public function broken(): StreamedResponse
    {
        return new StreamedResponse(function (): void {
            for ($number = 1; $number <= 3; $number++) {
                echo "chunk {$number}\n";
                $this->push();
            }

            throw new RuntimeException('The stream broke on purpose.');
        }, 200, ['Content-Type' => 'text/plain; charset=UTF-8']);
    }

    public function events(Request $request): StreamedResponse
    {
        [$count, $pause] = $this->pace($request, 5, 100);

        $events = function () use ($count, $pause): Generator {
            for ($number = 1; $number <= $count; $number++) {
                yield json_encode(['number' => $number]);
                usleep($pause);
            }
        };

        if (method_exists(ResponseFactory::class, 'eventStream')) {
            return response()->eventStream($events);
        }

        return new StreamedResponse(function () use ($events): void {
            foreach ($events() as $event) {
                $this->send('update', (string) $event);
            }

            $this->send('update', '</stream>');
        }, 200, $this->eventHeaders());
    }

    /** The snippet that most applications have: ends every output buffer, then echoes and flushes. */
    public function rawEvents(Request $request): StreamedResponse
    {
        [$count, $pause] = $this->pace($request, 5, 100);

        return new StreamedResponse(function () use ($count, $pause): void {
            while (ob_get_level()) {
                ob_end_clean();
            }

            for ($number = 1; $number <= $count && ! connection_aborted(); $number++) {
                echo "id: {$number}\n";
                $this->send('tick', (string) json_encode(['number' => $number]));
                usleep($pause);
            }
        }, 200, $this->eventHeaders());
    }

    /** @return array{int, int} how many, and the pause between two in microseconds */
    private function pace(Request $request, int $count, int $milliseconds): array
    {
        return [
            max(0, min(self::MAX_COUNT, $request->integer('count', $count))),
            max(0, min(60000, $request->integer('interval_ms', $milliseconds))) * 1000,
        ];
    }

    private function send(string $event, string $data): void
    {
        echo "event: {$event}\ndata: {$data}\n\n";
        $this->push();
    }

    private function push(): void
    {
        if (ob_get_level() > 0) {
            ob_flush();
        }

        flush();
    }

    /** @return array<string, string> */
    private function eventHeaders(): array
    {
        return ['Content-Type' => 'text/event-stream', 'Cache-Control' => 'no-cache', 'X-Accel-Buffering' => 'no'];
    }
}
