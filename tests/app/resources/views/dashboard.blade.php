<x-layout title="Dashboard">
    <p>You are logged in as <strong id="user">{{ auth()->user()->email }}</strong>.</p>
    <form method="post" action="{{ route('logout') }}">
        @csrf
        <button type="submit">Log out</button>
    </form>
</x-layout>
