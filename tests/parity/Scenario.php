<?php

declare(strict_types=1);

namespace LaravelBridge\Parity;

use LogicException;

/** A few requests in a row, each client with a jar of cookies, and what of their answers may differ. */
final class Scenario
{
    /**
     * @param  list<Step>  $steps
     * @param  array<string, list<string>>  $differs  row of docs/differences.md → patterns of what differs because of it
     * @param  list<string>  $ignores  patterns of what is never the same twice
     * @param  list<string>  $files  patterns below storage/ of what the requests leave there
     * @param  array<string, string>  $with  files below storage/ that are there meanwhile
     */
    private function __construct(
        public readonly string $topic,
        public readonly string $name,
        public readonly array $steps,
        public readonly array $differs,
        public readonly array $ignores,
        public readonly array $files,
        public readonly array $with,
    ) {
    }

    /** @return list<self> of every file in scenarios/ */
    public static function all(): array
    {
        $all = [];
        foreach (glob(__DIR__.'/scenarios/*.php') ?: [] as $file) {
            // What a file calls its own variables is its own business.
            foreach ((static fn (string $path): array => require $path)($file) as $name => $data) {
                $unknown = array_diff(array_keys($data), [0, 'headers', 'body', 'form', 'json', 'multipart', 'paced', 'as', 'steps', 'differs', 'ignores', 'files', 'with']);
                if ($unknown !== []) {
                    throw new LogicException(basename($file).": $name: ".implode(', ', $unknown));
                }
                $steps = array_map(Step::of(...), array_values($data['steps'] ?? [$data]));
                $all[] = new self(basename($file, '.php'), (string) $name, $steps, $data['differs'] ?? [], $data['ignores'] ?? [], $data['files'] ?? [], $data['with'] ?? []);
            }
        }

        return $all;
    }

    /** The row that explains this difference, if one does. */
    public function explains(string $item): ?string
    {
        foreach ($this->differs as $row => $patterns) {
            foreach ($patterns as $pattern) {
                if (fnmatch($pattern, $item)) {
                    return $row;
                }
            }
        }

        return null;
    }

    public function ignores(string $item): bool
    {
        foreach ($this->ignores as $pattern) {
            if (fnmatch($pattern, $item)) {
                return true;
            }
        }

        return false;
    }
}
