<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Dotenv;

use Dotenv\Dotenv;
use Dotenv\Exception\InvalidFileException;
use Dotenv\Loader\Loader;
use Dotenv\Parser\Parser;
use Dotenv\Repository\Adapter\ArrayAdapter;
use Dotenv\Repository\RepositoryBuilder;
use Dotenv\Store\StringStore;
use PHPUnit\Framework\Attributes\CoversNothing;
use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;

/**
 * The cases that the server's own reader of `.env` is tested with hold for phpdotenv too: both see the same file.
 */
#[CoversNothing]
final class DotenvCasesTest extends TestCase
{
    /**
     * @param  array<non-empty-string, string>  $environment
     * @param  array<string, string>|null  $values
     */
    #[DataProvider('cases')]
    public function test_phpdotenv_reads_the_same(string $input, array $environment, ?array $values, ?string $error): void
    {
        try {
            $read = $this->load($input, $environment);
        } catch (InvalidFileException $exception) {
            self::assertNotNull($error, $exception->getMessage());
            self::assertStringContainsString("Encountered $error at", $exception->getMessage());

            return;
        }

        self::assertNull($error, 'phpdotenv finds nothing wrong');
        self::assertSame($values, array_filter($read, static fn (?string $value): bool => $value !== null));
    }

    /** @return iterable<string, array{string, array<non-empty-string, string>, array<string, string>|null, string|null}> */
    public static function cases(): iterable
    {
        $text = (string) file_get_contents(dirname(__DIR__, 2).'/runtime/config/dotenv_cases.json');
        /** @var list<array{name: string, input: string, environment?: array<non-empty-string, string>, values?: array<string, string>, error?: string}> $cases */
        $cases = json_decode($text, true, flags: JSON_THROW_ON_ERROR);
        foreach ($cases as $case) {
            yield $case['name'] => [$case['input'], $case['environment'] ?? [], $case['values'] ?? null, $case['error'] ?? null];
        }
    }

    /**
     * @param  array<non-empty-string, string>  $environment
     * @return array<string, string|null>
     */
    private function load(string $input, array $environment): array
    {
        $adapter = ArrayAdapter::create()->get();
        foreach ($environment as $name => $value) {
            $adapter->write($name, $value);
        }
        $repository = RepositoryBuilder::createWithNoAdapters()->addAdapter($adapter)->immutable()->make();

        return (new Dotenv(new StringStore($input), new Parser, new Loader, $repository))->load();
    }
}
