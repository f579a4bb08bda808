<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Laravel;

use LaravelBridge\Laravel\OpenDescriptors;
use LaravelBridge\Tests\Support\Streams;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class OpenDescriptorsTest extends TestCase
{
    #[Test]
    public function sockets_and_databases_are_named_and_files_are_not(): void
    {
        $descriptors = new OpenDescriptors;
        self::assertSame([], $descriptors->foreign());

        $pair = Streams::pair();
        $path = sys_get_temp_dir().'/bridge-'.bin2hex(random_bytes(4));
        $files = [fopen("{$path}.txt", 'w'), fopen("{$path}.sqlite", 'w')];
        $foreign = implode("\n", $descriptors->foreign());

        self::assertSame(2, substr_count($foreign, 'a socket'));
        self::assertStringContainsString("{$path}.sqlite", $foreign);
        self::assertStringNotContainsString('.txt', $foreign);
        unset($pair, $files);
        array_map(unlink(...), ["{$path}.txt", "{$path}.sqlite"]);
    }

    #[Test]
    public function what_was_open_before_the_application_is_expected(): void
    {
        $pair = Streams::pair();
        $descriptors = new OpenDescriptors;

        self::assertSame([], $descriptors->foreign());
        unset($pair);
    }
}
