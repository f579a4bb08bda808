@props(['title' => null])
<!DOCTYPE html>
<html lang="{{ str_replace('_', '-', app()->getLocale()) }}">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="csrf-token" content="{{ csrf_token() }}">
    <title>{{ $title ? "$title · " : '' }}{{ config('app.name') }}</title>
    <link rel="icon" href="/favicon.ico" sizes="any">
    <link rel="stylesheet" href="{{ asset('css/app.css') }}">
    <script src="{{ asset('js/app.js') }}" defer></script>
</head>
<body>
    <header class="bar">
        <nav class="wrap">
            <a class="brand" href="{{ route('home') }}">Laravel Bridge</a>
            <a href="{{ route('session') }}">Session</a>
            <a href="{{ route('users.index') }}">Users</a>
            <a href="{{ route('upload') }}">Upload</a>
            <a href="{{ route('queue') }}">Queue</a>
            <a href="{{ route('about') }}">About</a>
            <span class="push"></span>
            @auth
                <a href="{{ route('dashboard') }}">{{ auth()->user()->name }}</a>
            @else
                <a href="{{ route('login') }}">Log in</a>
            @endauth
        </nav>
    </header>
    <main class="wrap">
        @if ($title)
            <h1>{{ $title }}</h1>
        @endif
        @if (session('status'))
            <p class="note good" id="status" role="status">{{ session('status') }}</p>
        @endif
        {{ $slot }}
    </main>
    <footer class="wrap">
        Laravel {{ app()->version() }} · PHP {{ PHP_VERSION }} · {{ PHP_SAPI }} · process {{ getmypid() }}
    </footer>
</body>
</html>
