<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Concurrency;

use Closure;
use Exception;
use LaravelBridge\Concurrency\Thrown;
use LaravelBridge\Exceptions\TaskFailed;
use LogicException;
use PDOException;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;
use Throwable;
use TypeError;

final class ThrownTest extends TestCase
{
    #[Test]
    public function everything_that_can_be_serialised_arrives(): void
    {
        $sent = self::exception(static fn () => 1);
        $received = self::travel($sent);

        self::assertSame($sent::class, $received::class);
        self::assertSame([$sent->getMessage(), $sent->getCode(), $sent->getFile(), $sent->getLine()], [$received->getMessage(), $received->getCode(), $received->getFile(), $received->getLine()]);
        self::assertSame(__FUNCTION__, $received->getTrace()[1]['function'] ?? null);
        self::assertArrayNotHasKey('args', $received->getTrace()[0], 'Arguments may be anything, and may be secret.');
        self::assertInstanceOf(Refused::class, $received);
        self::assertSame(['state' => ['any', 'data'], 'kept' => 'private'], $received->context());
    }

    #[Test]
    public function the_whole_chain_arrives(): void
    {
        $received = self::travel(new LogicException('third', 3, new TypeError('second', 2, new PDOException('first'))));

        $chain = [];
        for ($e = $received; $e !== null; $e = $e->getPrevious()) {
            $chain[] = [$e::class, $e->getMessage(), $e->getCode()];
        }
        self::assertSame([[LogicException::class, 'third', 3], [TypeError::class, 'second', 2], [PDOException::class, 'first', 0]], $chain);
    }

    #[Test]
    public function a_class_that_is_not_there_is_named(): void
    {
        $described = Thrown::describe(new LogicException('what happened'));
        $described[0]['class'] = 'Only\In\TheFork';

        $received = Thrown::restore($described);
        self::assertInstanceOf(TaskFailed::class, $received);
        self::assertSame('Only\In\TheFork: what happened', $received->getMessage());
    }

    private static function exception(Closure $closure): Refused
    {
        return new Refused('refused', 409, ['any', 'data'], $closure);
    }

    private static function travel(Throwable $e): Throwable
    {
        /** @var array<mixed> $description */
        $description = unserialize(serialize(Thrown::describe($e)));

        return Thrown::restore($description);
    }
}

final class Refused extends Exception
{
    private string $kept = 'private';

    /**
     * @param  list<string>  $state
     */
    public function __construct(string $message, int $code, public readonly array $state, public readonly Closure $stays)
    {
        parent::__construct($message, $code);
    }

    /** @return array<string, mixed> */
    public function context(): array
    {
        return ['state' => $this->state, 'kept' => $this->kept];
    }
}
