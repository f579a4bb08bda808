<?php

declare(strict_types=1);

namespace Database\Factories;

use App\Models\Post;
use App\Models\User;
use Illuminate\Database\Eloquent\Factories\Factory;

/** @extends Factory<Post> */
final class PostFactory extends Factory
{
    protected $model = Post::class;

    private static int $made = 0;

    /** @return array<string, mixed> */
    public function definition(): array
    {
        $number = ++self::$made;

        return [
            'user_id' => User::factory(),
            'title' => "Post {$number}",
            'body' => str_repeat("This is the text of post {$number}. ", 5),
        ];
    }
}
