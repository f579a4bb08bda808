<?php

declare(strict_types=1);

namespace Database\Seeders;

use App\Models\Post;
use App\Models\User;
use Illuminate\Database\Seeder;
use Illuminate\Support\Carbon;
use Illuminate\Support\Facades\Hash;

/** The same rows each time: 50 users, the first of them demo@example.com, with three posts each. */
final class DatabaseSeeder extends Seeder
{
    private const FIRST_NAMES = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Margaret', 'Niklaus', 'Frances', 'Dennis'];

    private const LAST_NAMES = ['Okafor', 'Lindqvist', 'Moreau', 'Tanaka', 'Novák'];

    public function run(): void
    {
        $password = Hash::make('password');
        $start = Carbon::create(2024, 1, 1, 9);

        for ($number = 1; $number <= 50; $number++) {
            $first = self::FIRST_NAMES[($number - 1) % 10];
            $last = self::LAST_NAMES[intdiv($number - 1, 10)];
            $created = $start->copy()->addDays($number);

            $user = User::query()->forceCreate([
                'name' => $number === 1 ? 'Demo User' : "{$first} {$last}",
                'email' => $number === 1 ? 'demo@example.com' : "user{$number}@example.com",
                'email_verified_at' => $created,
                'password' => $password,
                'created_at' => $created,
                'updated_at' => $created,
            ]);

            for ($post = 1; $post <= 3; $post++) {
                Post::query()->forceCreate([
                    'user_id' => $user->id,
                    'title' => "Note {$post} by {$user->name}",
                    'body' => str_repeat("This is note {$post} of user {$number}. ", 5),
                    'created_at' => $created->copy()->addHours($post),
                    'updated_at' => $created->copy()->addHours($post),
                ]);
            }
        }
    }
}
