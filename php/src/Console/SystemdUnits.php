<?php

declare(strict_types=1);

namespace LaravelBridge\Console;

use InvalidArgumentException;

/**
 * The units with which systemd runs the server: a service, and the socket that outlives its restarts.
 */
final class SystemdUnits
{
    private const STUBS = __DIR__.'/../../stubs';

    /**
     * @param  string  $listen  as in ListenStream=: a port, an address with a port, or an absolute path
     *
     * @throws InvalidArgumentException where a value cannot stand in a unit
     */
    public function __construct(
        private readonly string $name,
        private readonly string $path,
        private readonly string $binary,
        private readonly string $user,
        private readonly string $group,
        private readonly string $listen,
    ) {
        $rules = [
            'name' => [$name, '/^[A-Za-z0-9][A-Za-z0-9_.-]*$/D', 'letters, digits, dots, dashes and underscores'],
            'user' => [$user, '/^[a-z_][a-z0-9_.-]*\$?$/iD', 'the name of a user'],
            'group' => [$group, '/^[a-z_][a-z0-9_.-]*\$?$/iD', 'the name of a group'],
            'listen' => [$listen, '~^(\d{1,5}|[\d.]+:\d{1,5}|\[[0-9a-fA-F:.]+\]:\d{1,5}|/[^\s%"\'\\\\]+)$~D', 'a port, address:port or an absolute path'],
            // systemd expands % and splits at blanks.
            'path' => [$path, '~^/[^\s%"\'\\\\$]*$~D', 'an absolute path without blanks, quotes, $ and %'],
            'binary' => [$binary, '~^/[^\s%"\'\\\\$]*$~D', 'an absolute path without blanks, quotes, $ and %'],
        ];
        foreach ($rules as $what => [$value, $pattern, $wanted]) {
            if (preg_match($pattern, $value) !== 1) {
                throw new InvalidArgumentException("The {$what} \"{$value}\" is not {$wanted}.");
            }
        }
    }

    /**
     * @return array<string, string> name of the file => its text
     */
    public function files(): array
    {
        $values = [];
        foreach (['name', 'path', 'binary', 'user', 'group', 'listen'] as $value) {
            $values["{{ {$value} }}"] = $this->{$value};
        }
        $files = [];
        foreach (['socket', 'service'] as $kind) {
            $files["{$this->name}.{$kind}"] = strtr((string) file_get_contents(self::STUBS."/systemd.{$kind}"), $values);
        }

        return $files;
    }
}
