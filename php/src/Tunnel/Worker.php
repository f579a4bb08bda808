<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

use Illuminate\Container\Container;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Contracts\Validation\Factory as Validation;
use Illuminate\Support\Facades\Facade;
use JsonException;
use Throwable;

/**
 * Runs what the tunnel sends, line by line, one after the other: reads a JSON object from its input, writes one to its output. What the application
 * prints goes to the other output, so that it cannot damage an answer.
 */
final class Worker
{
    private readonly Lines $lines;

    /**
     * @param  resource  $input
     * @param  resource  $output
     * @param  resource  $aside
     */
    public function __construct(
        private readonly Application $laravel,
        private readonly Registry $registry,
        private readonly bool $debug,
        $input,
        $output,
        private $aside,
    ) {
        $this->lines = new Lines($input, $output);
    }

    /** Returns when it is told to, or at the end of its input. */
    public function run(): void
    {
        while (($message = $this->lines->next()) !== null) {
            if (($message['type'] ?? null) === 'shutdown') {
                return;
            }
            if (is_int($message['id'] ?? null) && in_array($message['type'] ?? null, ['task', 'event', 'auth'], true)) {
                $this->perform($message['id'], $message);
            }
        }
    }

    /** @param  array<mixed>  $message */
    private function perform(int $id, array $message): void
    {
        ob_start(fn (string $printed): string => $this->print($printed), 1);
        try {
            $this->bind($id, $message);
            $answer = match ($message['type']) {
                'task' => $this->task($message),
                'event' => $this->event($message),
                default => $this->allow($message),
            };
            $stream = Stream::of($answer['result'] ?? null);
            $stream === null ? $this->answer($id, $answer) : $stream->send($this->lines, $id);
        } catch (Throwable $exception) {
            $this->laravel->make(ExceptionHandler::class)->report($exception);
            $this->answer($id, ['ok' => false, 'error' => Fault::of($exception, $this->debug)]);
        } finally {
            ob_end_flush();
            $this->forget();
        }
    }

    /**
     * What handlers ask for by type.
     *
     * @param  array<mixed>  $message
     */
    private function bind(int $id, array $message): void
    {
        $told = is_array($message['body'] ?? null) ? $message['body'] : null;
        $body = $told === null ? null : new Body($told['path'] ?? null, $told['size'] ?? null, $this->lines, $id);
        $name = (string) ($message['taskId'] ?? $message['eventId'] ?? '');
        $this->laravel->instance(Call::class, new Call($this->lines, $id, $name, (array) ($message['contexts'] ?? []), $message['context'] ?? null, $body));
        if ($body !== null) {
            $this->laravel->instance(Body::class, $body);
        }
    }

    /**
     * Whether a request may be made at all; where nobody says, it may not.
     *
     * @param  array<mixed>  $message
     * @return array<string, mixed>
     */
    private function allow(array $message): array
    {
        $handler = $this->registry->auth();
        if ($handler === null) {
            return ['ok' => false, 'error' => Fault::error(500, 'bridge.tunnel.auth names nobody who says what is allowed')];
        }
        $allowed = $this->call($handler, 'context', $message['context'] ?? []);

        return $allowed === true ? ['ok' => true] : ['ok' => false, 'error' => Fault::error(401, 'Unauthorized')];
    }

    /**
     * @param  array<mixed>  $message
     * @return array<string, mixed>
     */
    private function task(array $message): array
    {
        $id = (string) ($message['taskId'] ?? '');
        $handler = $this->registry->task($id);
        if ($handler === null) {
            return ['ok' => false, 'error' => Fault::error(404, "Task $id not found")];
        }
        $input = Uploads::into($message['input'] ?? null, (array) ($message['files'] ?? []));

        return ['ok' => true, 'result' => $this->call($handler, 'input', $input)];
    }

    /**
     * Each listener hears the payload; what one returns is the payload of the next, and of the answer.
     *
     * @param  array<mixed>  $message
     * @return array<string, mixed>
     */
    private function event(array $message): array
    {
        $id = (string) ($message['eventId'] ?? '');
        $handlers = $this->registry->listeners($id);
        if ($handlers === []) {
            return ['ok' => false, 'error' => Fault::error(404, "Event $id not found")];
        }
        $payload = $message['payload'] ?? null;
        $changed = false;
        foreach ($handlers as $handler) {
            $returned = $this->call($handler, 'payload', $payload);
            if ($returned !== null) {
                $payload = $returned;
                $changed = true;
            }
        }

        // The server knows the text of the payload as it came; a copy made here would write numbers in another way.
        return ['ok' => true] + ($changed ? ['result' => $payload] : []);
    }

    /**
     * The method gets the value as `$input` (`$payload`, `$context`), the members of an object by their names, and services by their types. Rules that
     * the class has (`rules()`) are checked before; they are not about a context.
     *
     * @param  array{class-string, string}  $handler
     */
    private function call(array $handler, string $name, mixed $value): mixed
    {
        $object = $this->laravel->make($handler[0]);
        if ($name !== 'context' && method_exists($object, 'rules')) {
            $rules = $this->laravel->call([$object, 'rules']);
            $value = $this->laravel->make(Validation::class)->make(is_array($value) ? $value : [], $rules)->validate();
        }
        $named = is_array($value) ? array_filter($value, is_string(...), ARRAY_FILTER_USE_KEY) : [];

        /** @var callable(): mixed $method the container finds what it takes */
        $method = [$object, $handler[1]];

        return $this->laravel->call($method, [$name => $value] + $named);
    }

    /** @param  array<string, mixed>  $answer */
    private function answer(int $id, array $answer): void
    {
        try {
            $this->lines->write(['id' => $id] + $answer);
        } catch (JsonException $error) {
            $this->lines->write(['id' => $id, 'ok' => false, 'error' => Fault::error(500, $this->debug ? 'The result is no JSON: '.$error->getMessage() : 'Internal Error')]);
        }
    }

    private function print(string $printed): string
    {
        if ($printed !== '') {
            fwrite($this->aside, $printed);
        }

        return '';
    }

    /** What belongs to one job, as a queue worker forgets it. */
    private function forget(): void
    {
        if ($this->laravel instanceof Container) {
            $this->laravel->forgetInstance(Call::class);
            $this->laravel->forgetInstance(Body::class);
        }
        if (method_exists($this->laravel, 'forgetScopedInstances')) {
            $this->laravel->forgetScopedInstances();
        }
        Facade::clearResolvedInstances();
    }
}
