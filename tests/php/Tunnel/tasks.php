<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Tunnel;

use Generator;
use Illuminate\Contracts\Config\Repository;
use Illuminate\Database\Eloquent\ModelNotFoundException;
use Illuminate\Http\UploadedFile;
use LaravelBridge\Tunnel\Body;
use LaravelBridge\Tunnel\Call;
use LaravelBridge\Tunnel\Listener;
use LaravelBridge\Tunnel\Stream;
use LaravelBridge\Tunnel\Task;
use RuntimeException;
use Symfony\Component\HttpFoundation\StreamedResponse;
use Symfony\Component\HttpKernel\Exception\HttpException;

/** Tasks of a small application. */
final class Sums
{
    public function __construct(private readonly Repository $config)
    {
    }

    #[Task('app.add')]
    public function add(int $a, int $b): int
    {
        return $a + $b;
    }

    #[Task('app.name')]
    #[Task('app.alias')]
    public function name(mixed $input, Repository $config): string
    {
        return $config === $this->config ? json_encode($input, JSON_THROW_ON_ERROR) : 'another container';
    }

    #[Task('app.fail')]
    public function fail(?string $with = null): never
    {
        echo 'printed on the way';
        throw match ($with) {
            'conflict' => new HttpException(409, 'Taken'),
            'missing' => new ModelNotFoundException('No such sum'),
            default => new RuntimeException('secret'),
        };
    }

    #[Task('app.resource')]
    public function resource(): mixed
    {
        return STDERR;
    }
}

final class Streams
{
    /** @var list<mixed> */
    public static array $seen = [];

    /** @return list<array{string, string, string}> */
    #[Task('app.files')]
    public function files(UploadedFile $one, mixed $other): array
    {
        self::$seen[] = $other;

        return [[$one->getClientOriginalName(), $one->getClientMimeType(), $one->getContent()]];
    }

    #[Task('app.bytes')]
    public function bytes(Body $body): string
    {
        return $body->contents().'/'.json_encode($body->size());
    }

    #[Task('app.upper')]
    public function upper(Body $body): Generator
    {
        foreach ($body->chunks() as $chunk) {
            yield strtoupper($chunk);
        }
    }

    #[Task('app.count')]
    public function count(): Stream
    {
        return new Stream(['1', '', '2'], 'text/plain', 201, ['x-a' => 'b']);
    }

    #[Task('app.resource-stream')]
    public function resource(Body $body): Stream
    {
        return new Stream($body->stream());
    }

    #[Task('app.response')]
    public function response(): StreamedResponse
    {
        return new StreamedResponse(static function (): void {
            echo 'printed';
        }, 203, ['Content-Type' => 'text/csv', 'X-Rows' => '1', 'Set-Cookie' => 'a=b']);
    }

    #[Task('app.breaks')]
    public function breaks(): Generator
    {
        yield 'begun';
        throw new RuntimeException('secret');
    }

    #[Task('app.endless')]
    public function endless(Call $call): Generator
    {
        try {
            while (true) {
                yield 'tick';
            }
        } finally {
            self::$seen[] = $call->cancelled();
        }
    }

    /** @return list<mixed> */
    #[Task('app.call')]
    public function call(Call $call): array
    {
        return [$call->name, $call->contexts, $call->context, $call->body];
    }
}

final class Guard
{
    /** @return array<string, string> */
    public function rules(): array
    {
        return ['one' => 'required'];
    }

    /** @param  array<string, mixed>  $context */
    public function allowed(array $context): bool
    {
        return ($context['headers']['x-user'] ?? null) === 'ada';
    }
}

#[Task('app.valid')]
final class Validated
{
    /** @return array<string, string> */
    public function rules(): array
    {
        return ['name' => 'required|string|max:5'];
    }

    /** @param  array<string, mixed>  $input */
    public function handle(array $input): mixed
    {
        return $input;
    }
}

final class Heard
{
    /** @var list<mixed> */
    public static array $payloads = [];

    #[Listener('app.hear')]
    public function __invoke(mixed $payload): void
    {
        self::$payloads[] = $payload;
    }

    /** @param  array<string, mixed>  $payload
     * @return array<string, mixed>
     */
    #[Listener('app.change')]
    public function change(array $payload): array
    {
        return ['changed' => true] + $payload;
    }
}
