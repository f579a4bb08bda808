<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

use RuntimeException;

/** The rows of docs/differences.md, by what stands in the first column between backticks. */
final class Rows
{
    /** Sections that an isolation takes away. */
    private const TAKEN_AWAY = [
        'request' => ['What lives on in a worker'],
        'boot' => ['What lives on in a worker', 'What is booted once'],
    ];

    /**
     * @param  array<string, string>  $sections  by name
     */
    private function __construct(private readonly array $sections)
    {
    }

    public static function of(string $path): self
    {
        preg_match_all('/^## (?<section>.+)|^\| `(?<name>[a-z0-9-]+)` \|/m', (string) file_get_contents($path), $matches, PREG_SET_ORDER | PREG_UNMATCHED_AS_NULL);
        $sections = [];
        $section = '';
        foreach ($matches as ['section' => $next, 'name' => $name]) {
            $section = $next ?? $section;
            if ($name !== null && isset($sections[$name])) {
                throw new RuntimeException("$path: there is another row `$name`");
            }
            $sections += $name === null ? [] : [$name => $section];
        }
        foreach (array_unique(array_merge(...array_values(self::TAKEN_AWAY))) as $known) {
            if (! in_array($known, $sections, true)) {
                throw new RuntimeException("$path: no row stands below \"$known\"");
            }
        }

        return new self($sections);
    }

    public function has(string $name): bool
    {
        return isset($this->sections[$name]);
    }

    /** Whether the row can be the reason for a difference with this isolation. */
    public function holdsFor(string $name, string $isolation): bool
    {
        return $this->has($name) && ! in_array($this->sections[$name], self::TAKEN_AWAY[$isolation] ?? [], true);
    }
}
