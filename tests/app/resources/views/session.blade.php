<x-layout title="Session">
    <p>You have seen this page <strong id="visits">{{ $visits }}</strong> {{ Str::plural('time', $visits) }} in this session.</p>
    <form method="post" action="{{ route('session') }}" class="stack">
        @csrf
        <label for="message">Message (at most 100 characters)</label>
        <input id="message" name="message" value="{{ old('message') }}" autocomplete="off">
        <x-field-error name="message" />
        <button type="submit">Send</button>
    </form>
</x-layout>
