<x-layout title="Users">
    <p>{{ $users->total() }} users, {{ $users->firstItem() ?? 0 }} to {{ $users->lastItem() ?? 0 }} on this page.</p>
    <table>
        <thead><tr><th>#</th><th>Name</th><th>Email</th><th>Posts</th><th>Latest</th></tr></thead>
        <tbody>
            @foreach ($users as $user)
                <tr>
                    <td>{{ $user->id }}</td>
                    <td><a href="{{ route('users.show', $user) }}">{{ $user->name }}</a></td>
                    <td>{{ $user->email }}</td>
                    <td>{{ $user->posts->count() }}</td>
                    <td>{{ $user->posts->last()?->title }}</td>
                </tr>
            @endforeach
        </tbody>
    </table>
    {{ $users->links('partials.pages') }}
</x-layout>
