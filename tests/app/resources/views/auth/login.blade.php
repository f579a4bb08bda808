<x-layout title="Log in">
    <p>The demo account is <code>demo@example.com</code> with the password <code>password</code>.</p>
    <form method="post" action="{{ route('login') }}" class="stack">
        @csrf
        <label for="email">Email</label>
        <input id="email" name="email" type="email" value="{{ old('email') }}" autocomplete="username" required>
        <x-field-error name="email" />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required>
        <x-field-error name="password" />
        <label class="check"><input type="checkbox" name="remember" value="1"> Remember me</label>
        <button type="submit">Log in</button>
    </form>
</x-layout>
