<?php

declare(strict_types=1);

namespace LaravelBridge\Check;

use DOMDocument;
use DOMElement;
use LaravelBridge\Laravel\Detection\Kind;

/**
 * The results of a check for people, for programs and for pipelines.
 */
final class Report
{
    /**
     * @param  list<Result>  $results
     * @param  list<string>  $notes  what was noticed while the application booted; fails nothing
     */
    public function __construct(private readonly array $results, private readonly int $times, private readonly array $notes = [])
    {
    }

    public function hasLeaks(): bool
    {
        foreach ($this->results as $result) {
            if ($result->leaks() !== []) {
                return true;
            }
        }

        return false;
    }

    /**
     * @return array{routes: int, called: int, skipped: int, troubled: int, leak: int, growth: int, restored: int, kept: int}
     */
    public function totals(): array
    {
        $totals = ['routes' => count($this->results), 'called' => 0, 'skipped' => 0, 'troubled' => 0, 'leak' => 0, 'growth' => 0, 'restored' => 0, 'kept' => 0];
        foreach ($this->results as $result) {
            $totals[$result->candidate->skipped === null ? 'called' : 'skipped']++;
            $totals['troubled'] += $result->trouble === null ? 0 : 1;
            foreach ($result->findings as $finding) {
                $totals[Kind::from($finding['kind'])->value]++;
            }
        }

        return $totals;
    }

    public function text(): string
    {
        $lines = $this->notes === [] ? [] : ['the boot', ...array_map(static fn (string $note): string => '  note      '.wordwrap($note, 108, "\n            "), $this->notes), ''];
        foreach ($this->results as $result) {
            $findings = array_filter($result->findings, static fn (array $finding): bool => $finding['kind'] !== Kind::Kept->value);
            if ($findings === [] && $result->trouble === null) {
                continue;
            }
            $lines[] = 'GET '.$result->candidate->uri.'  '.implode(' ', array_unique($result->statuses));
            if ($result->trouble !== null) {
                $lines[] = "  note      {$result->trouble}";
            }
            foreach ($findings as $finding) {
                $lines[] = sprintf('  %-9s %s %s', $finding['kind'], $finding['place'], $finding['what']);
                $lines[] = '            '.wordwrap($finding['advice'], 108, "\n            ");
            }
            $lines[] = '';
        }
        $skipped = array_filter($this->results, static fn (Result $result): bool => $result->candidate->skipped !== null);
        if ($skipped !== []) {
            $lines[] = 'Not called:';
            foreach ($skipped as $result) {
                $lines[] = "  GET {$result->candidate->uri}  {$result->candidate->skipped}";
            }
            $lines[] = '';
        }
        $totals = $this->totals();
        $lines[] = "Routes: {$totals['called']} called {$this->times} times each, {$totals['skipped']} not called, {$totals['troubled']} that answer with an error or end their process.";
        $lines[] = $this->hasLeaks()
            ? "Found: {$totals['leak']} × leak, {$totals['growth']} × growth, {$totals['restored']} × restored."
            : "Nothing that a later request would see ({$totals['restored']} × restored).";

        return implode("\n", $lines)."\n";
    }

    public function json(): string
    {
        return json_encode([
            'totals' => $this->totals(),
            'boot' => $this->notes,
            'routes' => array_map(static fn (Result $result): array => [
                'method' => 'GET',
                'uri' => $result->candidate->uri,
                'name' => $result->candidate->name,
                'target' => $result->candidate->target,
                'skipped' => $result->candidate->skipped,
                'statuses' => $result->statuses,
                'trouble' => $result->trouble,
                'findings' => $result->findings,
            ], $this->results),
        ], JSON_THROW_ON_ERROR | JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)."\n";
    }

    /**
     * A test for each route: failed by what a later request would see, skipped where it was not called.
     */
    public function junit(): string
    {
        $document = new DOMDocument('1.0', 'UTF-8');
        $document->formatOutput = true;
        $suite = $document->createElement('testsuite');
        $failures = count(array_filter($this->results, static fn (Result $result): bool => $result->leaks() !== []));
        foreach (['name' => 'laravel-rust:check', 'tests' => count($this->results), 'failures' => $failures, 'errors' => 0, 'skipped' => $this->totals()['skipped']] as $name => $value) {
            $suite->setAttribute($name, (string) $value);
        }
        foreach ($this->results as $result) {
            $suite->appendChild($this->testcase($document, $result));
        }
        $suites = $document->createElement('testsuites');
        $suites->appendChild($suite);
        $document->appendChild($suites);

        return (string) $document->saveXML();
    }

    private function testcase(DOMDocument $document, Result $result): DOMElement
    {
        $case = $document->createElement('testcase');
        $case->setAttribute('classname', 'routes');
        $case->setAttribute('name', 'GET '.$result->candidate->uri);
        foreach ($result->leaks() as $finding) {
            $failure = $document->createElement('failure');
            $failure->setAttribute('type', $finding['kind']);
            $failure->setAttribute('message', self::printable("{$finding['place']} {$finding['what']}"));
            $failure->appendChild($document->createTextNode(self::printable($finding['advice'])));
            $case->appendChild($failure);
        }
        if ($result->candidate->skipped !== null) {
            $skipped = $document->createElement('skipped');
            $skipped->setAttribute('message', self::printable($result->candidate->skipped));
            $case->appendChild($skipped);
        }
        if ($result->trouble !== null) {
            $case->appendChild($document->createElement('system-out'))->appendChild($document->createTextNode(self::printable($result->trouble)));
        }

        return $case;
    }

    /** XML has no control characters. */
    private static function printable(string $text): string
    {
        return (string) preg_replace('/[^\P{C}\n\t]/u', '?', mb_scrub($text, 'UTF-8'));
    }
}
