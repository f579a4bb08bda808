<?php

declare(strict_types=1);

namespace LaravelBridge\Tunnel;

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
    private const ENCODE = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION;

    /**
     * @param  resource  $input
     * @param  resource  $output
     * @param  resource  $aside
     */
    public function __construct(
        private readonly Application $laravel,
        private readonly Registry $registry,
        private readonly bool $debug,
        private $input,
        private $output,
        private $aside,
    ) {
    }

    /** Returns when it is told to, or at the end of its input. */
    public function run(): void
    {
        while (($line = fgets($this->input)) !== false) {
            $message = json_decode($line, true, 512, JSON_BIGINT_AS_STRING);
            if (! is_array($message)) {
                continue;
            }
            if (($message['type'] ?? null) === 'shutdown') {
                return;
            }
            if (is_int($message['id'] ?? null) && in_array($message['type'] ?? null, ['task', 'event'], true)) {
                $this->answer($message['id'], $this->perform($message));
            }
        }
    }

    /**
     * @param  array<mixed>  $message
     * @return array<string, mixed>
     */
    private function perform(array $message): array
    {
        ob_start(fn (string $printed): string => $this->print($printed), 1);
        try {
            return $message['type'] === 'task' ? $this->task($message) : $this->event($message);
        } catch (Throwable $exception) {
            $this->laravel->make(ExceptionHandler::class)->report($exception);

            return ['ok' => false, 'error' => Fault::of($exception, $this->debug)];
        } finally {
            ob_end_flush();
            $this->forget();
        }
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

        return ['ok' => true, 'result' => $this->call($handler, 'input', $message['input'] ?? null)];
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
     * The method gets the value as `$input` (`$payload`), the members of an object by their names, and services by their types. Rules that the class
     * has (`rules()`) are checked before.
     *
     * @param  array{class-string, string}  $handler
     */
    private function call(array $handler, string $name, mixed $value): mixed
    {
        $object = $this->laravel->make($handler[0]);
        if (method_exists($object, 'rules')) {
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
            $line = json_encode(['id' => $id] + $answer, self::ENCODE);
        } catch (JsonException $error) {
            $line = json_encode(['id' => $id, 'ok' => false, 'error' => Fault::error(500, $this->debug ? 'The result is no JSON: '.$error->getMessage() : 'Internal Error')], self::ENCODE);
        }
        fwrite($this->output, "$line\n");
        fflush($this->output);
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
        if (method_exists($this->laravel, 'forgetScopedInstances')) {
            $this->laravel->forgetScopedInstances();
        }
        Facade::clearResolvedInstances();
    }
}
