<?php

declare(strict_types=1);

namespace LaravelBridge\Tests\Wire;

use LaravelBridge\Exceptions\WireViolation;
use LaravelBridge\Wire\Isomorphic;
use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

final class IsomorphicTest extends TestCase
{
    #[Test]
    public function every_byte_survives_the_way_through_json(): void
    {
        $bytes = implode('', array_map(chr(...), range(0, 255)));
        $json = json_encode(Isomorphic::toJson($bytes), JSON_THROW_ON_ERROR);

        self::assertSame($bytes, Isomorphic::fromJson(json_decode($json, true)));
    }

    #[Test]
    public function text_in_utf8_is_bytes_like_any_other(): void
    {
        self::assertSame("\u{C3}\u{A9}", Isomorphic::toJson('é'));
        self::assertSame('é', Isomorphic::fromJson("\u{C3}\u{A9}"));
    }

    #[Test]
    public function a_character_beyond_a_byte_is_refused(): void
    {
        $this->expectException(WireViolation::class);
        Isomorphic::fromJson('10 €');
    }

    #[Test]
    public function arrays_are_walked_and_numbers_left_alone(): void
    {
        self::assertSame([['a', "\xE9"], 5, null], Isomorphic::deepFromJson([['a', "\u{E9}"], 5, null]));
    }
}
