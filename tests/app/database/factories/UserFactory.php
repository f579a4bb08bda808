<?php

declare(strict_types=1);

namespace Database\Factories;

use App\Models\User;
use Illuminate\Database\Eloquent\Factories\Factory;
use Illuminate\Support\Facades\Hash;
use Illuminate\Support\Str;

/** @extends Factory<User> */
final class UserFactory extends Factory
{
    protected $model = User::class;

    private static ?string $password = null;

    private static int $made = 0;

    /** @return array<string, mixed> */
    public function definition(): array
    {
        $number = ++self::$made;

        return [
            'name' => "User {$number}",
            'email' => "user{$number}@example.com",
            'email_verified_at' => now(),
            'password' => self::$password ??= Hash::make('password'),
            'remember_token' => Str::random(10),
        ];
    }
}
