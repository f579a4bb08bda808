<?php

declare(strict_types=1);

namespace LaravelBridge\Chaos;

/** What must hold, whether it did, and why not. */
final class Verdict
{
    /** @var list<array{string, string}> what must hold, and what speaks against it; empty: nothing */
    private array $rows = [];

    public function must(string $what, bool $holds, string $evidence = ''): void
    {
        $this->rows[] = [$what, $holds ? '' : ($evidence === '' ? 'it did not' : $evidence)];
    }

    public function holds(): bool
    {
        return array_filter(array_column($this->rows, 1)) === [];
    }

    public function print(): void
    {
        foreach ($this->rows as [$what, $evidence]) {
            echo $evidence === '' ? "  ok      $what\n" : "  FAILED  $what\n          ".str_replace("\n", "\n          ", $evidence)."\n";
        }
    }

    public function report(string $path): void
    {
        $cases = '';
        foreach ($this->rows as [$what, $evidence]) {
            $failure = $evidence === '' ? '' : '<failure>'.htmlspecialchars($evidence, ENT_XML1 | ENT_SUBSTITUTE).'</failure>';
            $cases .= '<testcase name="'.htmlspecialchars($what, ENT_XML1).'">'.$failure."</testcase>\n";
        }
        file_put_contents($path, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"chaos\">\n$cases</testsuite>\n");
    }
}
