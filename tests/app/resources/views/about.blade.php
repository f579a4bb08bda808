<x-layout title="About">
    <p>This application shows, tests and measures Laravel Bridge. It has nothing of its own to sell.</p>
    <dl>
        <dt>Laravel</dt><dd>{{ app()->version() }}</dd>
        <dt>PHP</dt><dd>{{ PHP_VERSION }}</dd>
        <dt>Environment</dt><dd>{{ app()->environment() }}</dd>
        <dt>This page</dt><dd>{{ request()->fullUrl() }}</dd>
        <dt>Your address</dt><dd>{{ request()->ip() }}</dd>
    </dl>
</x-layout>
