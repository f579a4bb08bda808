<x-layout title="Upload">
    <form method="post" action="{{ route('upload') }}" enctype="multipart/form-data" class="stack">
        @csrf
        <label for="title">Title</label>
        <input id="title" name="title" value="{{ old('title') }}">
        <x-field-error name="title" />
        <label for="file">One file, stored</label>
        <input id="file" name="file" type="file">
        <x-field-error name="file" />
        <label for="pictures">Several files, moved</label>
        <input id="pictures" name="files[pictures][]" type="file" multiple>
        <input name="files[documents][main]" type="file" aria-label="Main document">
        <button type="submit">Upload</button>
    </form>
    @if ($received !== null)
        <h2>Received{{ $title ? ": $title" : '' }}</h2>
        <table id="received">
            <thead><tr><th>Field</th><th>Name</th><th>Bytes</th><th>SHA-1</th><th>Kept by</th></tr></thead>
            <tbody>
                @forelse ($received as $field => $file)
                    <tr>
                        <td>{{ $field }}</td>
                        <td>{{ $file['name'] }}</td>
                        <td>{{ $file['size'] }}</td>
                        <td><code>{{ $file['sha1'] }}</code></td>
                        <td>{{ $file['kept_by'] }}()</td>
                    </tr>
                @empty
                    <tr><td colspan="5">No file came.</td></tr>
                @endforelse
            </tbody>
        </table>
    @endif
</x-layout>
