<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Tunnel;

use Illuminate\Contracts\Config\Repository;
use Illuminate\Database\Eloquent\ModelNotFoundException;
use LaravelBridge\Tunnel\Listener;
use LaravelBridge\Tunnel\Task;
use RuntimeException;
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
