@props(['name'])
@error($name)
    <p class="note bad" id="{{ $name }}-error" role="alert">{{ $message }}</p>
@enderror
