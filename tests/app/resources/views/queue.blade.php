<x-layout title="Queue">
    <p>Waiting: <strong id="pending">{{ $pending }}</strong>, failed: {{ $failed }}, last result: <code id="result">{{ $result['value'] ?? 'none' }}</code></p>
    <form method="post" action="{{ route('queue') }}" class="stack">
        @csrf
        <label for="value">Value for the job</label>
        <input id="value" name="value" value="{{ old('value') }}">
        <x-field-error name="value" />
        <button type="submit">Queue it</button>
        <button type="submit" formaction="{{ route('queue.after-response') }}">Run it after the answer</button>
    </form>
</x-layout>
