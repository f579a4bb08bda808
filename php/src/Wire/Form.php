<?php

declare(strict_types=1);

namespace LaravelBridge\Wire;

use LaravelBridge\Exceptions\WireViolation;

/**
 * A multipart body that the server has taken apart.
 */
final class Form
{
    /**
     * @param  list<array{string, string}>  $fields  name and value, in order, repeats kept
     * @param  list<UploadedPart>  $files
     */
    public function __construct(public readonly array $fields, public readonly array $files)
    {
    }

    /**
     * @param  mixed  $form  the member "form" of a request
     * @param  string  $body  the values of the fields, one after the other
     */
    public static function fromMessage(mixed $form, string $body): self
    {
        if (! is_array($form) || ! is_array($form['fields'] ?? null) || ! is_array($form['files'] ?? null)) {
            throw WireViolation::badMember('request', 'form');
        }
        $fields = [];
        $at = 0;
        foreach ($form['fields'] as $field) {
            if (! is_array($field) || ! is_string($field[0] ?? null) || ! is_int($field[1] ?? null) || $field[1] < 0) {
                throw WireViolation::badMember('request', 'form.fields');
            }
            $fields[] = [$field[0], substr($body, $at, $field[1])];
            $at += $field[1];
        }
        if ($at !== strlen($body)) {
            throw WireViolation::badMember('request', 'form.fields');
        }
        $files = [];
        foreach ($form['files'] as $file) {
            if (! is_array($file) || ! is_string($file['field'] ?? null) || ! is_string($file['name'] ?? null)
                || ! is_string($file['type'] ?? null) || ! is_string($file['path'] ?? null)
                || ! is_int($file['size'] ?? null) || ! is_int($file['error'] ?? null)) {
                throw WireViolation::badMember('request', 'form.files');
            }
            $files[] = new UploadedPart($file['field'], $file['name'], $file['type'], $file['path'], $file['size'], $file['error']);
        }

        return new self($fields, $files);
    }
}
