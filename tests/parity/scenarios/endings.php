<?php

declare(strict_types=1);

/* Ends of requests other than a response: exit, errors, limits; and what runs after them. */

$notes = static fn (string $case, string $note): array => [["GET /php/ending/$case?note=$note"], ['GET /slow/150'], ['GET /php/notes']];
$pid = ['ignores' => ['2.body.pid']];
$after = [['GET /api/ping']];

return [
    'exit' => ['GET /exit'],
    'die' => ['GET /die'],
    'exit with a text' => ['GET /php/ending/exit-string'],
    'exit with a number' => ['GET /php/ending/exit-number'],
    'exit with nothing' => ['GET /php/ending/exit-nothing'],
    'exit with a status' => ['GET /php/ending/exit-status'],
    'exit after JSON' => ['GET /php/ending/exit-json'],
    'exit within buffers' => ['GET /php/ending/exit-buffered'],
    'exit after Location' => ['GET /php/ending/exit-location'],
    'exit within a stream' => ['GET /php/ending/exit-in-stream'],
    'exit when terminating' => ['steps' => [['GET /php/ending/exit-in-terminating'], ...$after]],
    'exit in a shutdown function' => ['steps' => [['GET /php/ending/exit-in-shutdown'], ...$after]],
    'exit, then a shutdown function that prints' => ['GET /php/ending/exit-then-shutdown'],
    'exit in a finally' => ['GET /php/ending/exit-in-finally'],
    'a shutdown function' => ['steps' => $notes('shutdown-notes', 'one'), ...$pid],
    'a shutdown function after exit' => ['steps' => $notes('shutdown-exit-notes', 'two'), ...$pid],
    'a shutdown function that prints' => ['GET /php/ending/shutdown-echo'],
    'fastcgi_finish_request' => ['steps' => $notes('finish', 'four'), 'ignores' => ['2.body.pid', '3.body.note']],
    'fastcgi_finish_request of nothing' => ['GET /php/ending/finish-nothing'],
    'fastcgi_finish_request and exit' => ['steps' => [['GET /php/ending/finish-exit'], ...$after]],
    'destructors after exit' => ['steps' => $notes('exit-destructors', 'five'), ...$pid],
    'a destructor of a service' => ['steps' => $notes('destructor', 'three'), ...$pid],
    'dd' => ['GET /dd'],
    'dump' => ['GET /dump', 'differs' => ['late-head' => ['header *']]],
    'echo' => ['GET /echo'],
    'echo, then an error' => ['GET /php/ending/echo-then-error'],
    'echo, then a fatal error' => ['GET /php/ending/echo-then-fatal'],
    'header(), then a fatal error' => ['GET /php/ending/header-then-fatal'],
    'an exception' => ['GET /fail'],
    'a type error' => ['GET /php/ending/error'],
    'a parse error' => ['GET /php/ending/parse-error'],
    'a warning' => ['GET /warning'],
    'a warning that is silenced' => ['GET /warning?level=silenced'],
    'a deprecation' => ['GET /warning?level=deprecated'],
    'a notice' => ['GET /php/ending/notice'],
    'a user error' => ['GET /php/ending/user-error'],
    'an error handler that is left behind' => ['steps' => [['GET /php/ending/warning-handler'], ['GET /warning']]],
    'a fatal error' => ['GET /fatal'],
    'an undefined function' => ['GET /fatal/error'],
    'no memory' => ['GET /memory'],
    'no memory, in small pieces' => ['GET /php/ending/memory-small'],
    'no end of recursion' => ['GET /php/ending/recursion'],
    'no time' => ['GET /fatal/time'],
    'no time, asleep' => ['GET /php/ending/time-in-sleep'],
    'time without an end' => ['GET /php/ending/no-time-limit'],
    'a crash' => ['GET /segfault', 'differs' => ['crash' => ['*']]],
    'SIGKILL' => ['GET /kill/9', 'differs' => ['crash' => ['*']]],
    'a stream that breaks' => ['GET /stream/broken', 'differs' => ['broken-stream' => ['*']]],
    'a stream that breaks before its first byte' => ['GET /php/ending/exception-in-stream', 'differs' => ['broken-stream' => ['header cache-control']]],
    'terminating and defer' => ['steps' => [['GET /terminate?token=parity'], ['GET /slow/150'], ['GET /terminate/marker']], 'ignores' => ['3.body.runs', '2.body.pid']],
];
