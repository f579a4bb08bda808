@php
    $groups = [
        'Pages' => [
            ['session', [], 'Session, form, flash message', 'Counts your visits; the form is protected and validated.'],
            ['dashboard', [], 'Dashboard', 'Behind a login: demo@example.com, password.'],
            ['users.index', [], 'Users', 'Fifty users and their posts from SQLite, page by page.'],
            ['upload', [], 'Upload', 'One file and many, told back with size and SHA-1.'],
            ['queue', [], 'Queue', 'A job for a worker, or for after the answer.'],
        ],
        'Downloads and streams' => [
            ['download', [], 'Download', 'A file of 1 MiB, in ranges if asked.'],
            ['download.inline', [], 'Inline', 'The same file, shown in the browser.'],
            ['download.stream', ['mb' => 16], 'Streamed download', '16 MiB made while they are sent.'],
            ['stream.echo', ['count' => 10, 'interval_ms' => 300], 'Stream', 'Ten lines, one after the other.'],
            ['stream.json', ['count' => 100], 'JSON stream', 'A list from a generator.'],
            ['sse', ['count' => 10, 'interval_ms' => 500], 'Server-sent events', 'Watch them below.'],
        ],
        'API' => [
            ['whoami', [], 'Who am I', 'Process, memory and versions behind this answer.'],
            ['posts.index', [], 'Posts', 'Create, read, update and delete as JSON.'],
            ['payload', ['kib' => 1024], 'Payload', 'One MiB of text.'],
        ],
        'Trouble' => [
            ['slow', ['ms' => 2000], 'Slow', 'Sleeps for two seconds.'],
            ['fail', [], 'Exception', 'An exception nobody catches.'],
            ['fatal', [], 'Fatal error', 'An error nobody can catch.'],
            ['memory', [], 'Out of memory', 'Allocates until the limit.'],
            ['exit', [], 'exit()', 'Echoes, then exits.'],
            ['dd', [], 'dd()', 'Dumps and dies.'],
            ['segfault', [], 'Crash', 'The process is ended by SIGSEGV.'],
        ],
    ];
@endphp
<x-layout>
    <section class="hero">
        <h1>{{ config('app.name') }}</h1>
        <p>A real Laravel application. Everything below goes through the server you are looking at.</p>
        <p>Events from <code>/sse</code>: <output id="events" data-source="{{ route('sse', ['count' => 5, 'interval_ms' => 300]) }}">none yet</output></p>
    </section>
    @foreach ($groups as $group => $demos)
        <h2>{{ $group }}</h2>
        <ul class="cards">
            @foreach ($demos as [$route, $parameters, $name, $text])
                <li><a href="{{ route($route, $parameters) }}"><strong>{{ $name }}</strong><span>{{ $text }}</span></a></li>
            @endforeach
        </ul>
    @endforeach
</x-layout>
