<x-layout :title="$user->name">
    <p>{{ $user->email }}, here since {{ $user->created_at->toFormattedDateString() }}.</p>
    @forelse ($user->posts as $post)
        <article>
            <h2>{{ $post->title }}</h2>
            <p>{{ $post->body }}</p>
        </article>
    @empty
        <p>No posts.</p>
    @endforelse
</x-layout>
