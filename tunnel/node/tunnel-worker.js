'use strict';

/**
 * A worker of the tunnel in Node: reads jobs from stdin, one JSON object on a line, and writes the answers to stdout.
 *
 *   const { serve, TunnelError } = require('./tunnel-worker');
 *   serve({
 *     tasks: { 'app.tasks.add': ({ a, b }) => a + b },
 *     events: { 'app.events.notify': (payload) => console.log('heard', payload) },
 *   });
 *
 * A handler gets (value, { id, name, signal, context, contexts, files, body }) and may be asynchronous; many run at a time.
 * - Uploads in the value are `TunnelFile`s; their files are gone when the answer is.
 * - `body` is a Readable where the request is an octet-stream. `contexts` is what the client sends along, text by id.
 * - `signal` is aborted when nobody waits for the answer any more.
 * - A Readable, another async iterable of bytes or texts, or `{ stream, status, contentType, headers }` is a streamed answer.
 * - What an event's handler returns, unless that is undefined, is its payload from then on.
 * - A TunnelError thrown says status, name and data of the error; of other errors only the message goes out.
 *
 * `auth(context, { contexts })` is asked first with TUNNEL_DELEGATE_AUTH; what is not true is a 401. With a `serializer` (that of
 * @bluelibs/runner) values are what clients mean by them: Date, Map, undefined. `console` writes to stderr while a worker
 * serves, which the server puts into its log.
 */

const { Console } = require('node:console');
const { once } = require('node:events');
const { createReadStream } = require('node:fs');
const { readFile } = require('node:fs/promises');
const { createInterface } = require('node:readline');
const { Readable } = require('node:stream');

/** Bytes of a streamed answer in one line, before they are written in base64. */
const PIECE = 48 * 1024;

const namesOfStatus = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT', 422: 'VALIDATION_ERROR', 429: 'TOO_MANY_REQUESTS', 499: 'REQUEST_ABORTED' };

class TunnelError extends Error {
  /** @param {{status?: number, codeName?: string, id?: string, data?: unknown}} [details] */
  constructor(message, { status = 500, codeName, id, data } = {}) {
    super(message);
    this.name = 'TunnelError';
    Object.assign(this, { status, codeName, id, data });
  }
}

/** An upload; it lies in the file `path` for as long as its request lives. */
class TunnelFile {
  constructor(id, { path, size, name, type }, meta = {}) {
    Object.assign(this, { id, path, size, name: meta.name ?? name, type: meta.type ?? type, lastModified: meta.lastModified, extra: meta.extra });
  }

  stream() {
    return createReadStream(this.path);
  }

  bytes() {
    return readFile(this.path);
  }

  text() {
    return readFile(this.path, 'utf8');
  }
}

function errorOf(error) {
  if (error instanceof TunnelError) {
    const { message, status, id, data } = error;
    return { message, code: status, codeName: error.codeName ?? namesOfStatus[status] ?? 'INTERNAL_ERROR', id, data };
  }
  return { message: error instanceof Error ? error.message : String(error), code: 'EXECUTION_ERROR' };
}

/** The value with files in place of what stands for them. Only what the server says of a file is believed. */
function withFiles(value, files) {
  if (!files || typeof value !== 'object' || value === null) {
    return value;
  }
  if ((value.$runnerFile === 'File' || value.$ejson === 'File') && Object.hasOwn(files, value.id)) {
    return new TunnelFile(value.id, files[value.id], value.meta ?? undefined);
  }
  if (Array.isArray(value)) {
    return value.map((item) => withFiles(item, files));
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withFiles(item, files)]));
}

const isStream = (value) => typeof value === 'object' && value !== null && typeof value[Symbol.asyncIterator] === 'function';

/** Head and pieces of a streamed answer; undefined where the result is none. */
function streamOf(result) {
  if (isStream(result)) {
    return { source: result, head: {} };
  }
  if (typeof result === 'object' && result !== null && isStream(result.stream)) {
    const { stream, status, contentType, headers } = result;
    return { source: stream, head: { status, contentType, headers } };
  }
  return undefined;
}

/** One job that runs: what the server says of it while it does. */
class Job {
  #say;
  #onFlow = [];
  #paused = false;
  #bodyPaused = false;

  constructor(message, say) {
    this.id = message.id;
    this.#say = say;
    this.controller = new AbortController();
    if (message.body?.stream) {
      this.body = new Readable({ read: () => this.#takeMore() });
      // Who does not read it need not hear that it was cut short.
      this.body.on('error', () => {});
    } else if (message.body) {
      this.body = createReadStream(message.body.path);
      this.body.on('error', () => {});
    }
  }

  hear({ type, data }) {
    if (type === 'cancel') {
      const reason = new TunnelError('Client Closed Request', { status: 499 });
      this.controller.abort(reason);
      this.body?.destroy(reason);
      this.#flow(false);
    } else if (type === 'chunk') {
      if (this.body?.destroyed === false && !this.body.push(Buffer.from(data, 'base64'))) {
        this.#bodyPaused = true;
        this.#say({ id: this.id, pause: true });
      }
    } else if (type === 'end') {
      this.body?.destroyed === false && this.body.push(null);
    } else {
      this.#flow(type === 'pause');
    }
  }

  over() {
    this.body?.destroy();
  }

  #takeMore() {
    if (this.#bodyPaused) {
      this.#bodyPaused = false;
      this.#say({ id: this.id, resume: true });
    }
  }

  #flow(paused) {
    this.#paused = paused;
    if (!paused) {
      this.#onFlow.splice(0).forEach((goOn) => goOn());
    }
  }

  async stream({ source, head }) {
    const { signal } = this.controller;
    signal.addEventListener('abort', () => source.destroy?.(signal.reason));
    await this.#say({ id: this.id, stream: head });
    for await (const chunk of source) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer ?? chunk, chunk.byteOffset, chunk.byteLength);
      for (let at = 0; at < bytes.length; at += PIECE) {
        if (this.#paused) {
          await new Promise((goOn) => this.#onFlow.push(goOn));
        }
        signal.throwIfAborted();
        await this.#say({ id: this.id, chunk: bytes.toString('base64', at, at + PIECE) });
      }
    }
  }
}

/**
 * Serves until the server says `shutdown` or closes stdin; jobs that run are finished first. Resolves then.
 *
 * @param {{tasks?: Record<string, Function>, events?: Record<string, Function>, auth?: Function, serializer?: {parse(text: string): any, stringify(value: any): string}}} handlers
 * @param {{input?: NodeJS.ReadableStream, output?: NodeJS.WritableStream}} [streams]
 */
function serve({ tasks = {}, events = {}, auth, serializer }, { input = process.stdin, output = process.stdout } = {}) {
  globalThis.console = new Console(process.stderr, process.stderr);
  const running = new Map();
  output.setMaxListeners?.(0);
  const write = (line) => (output.write(`${line}\n`) ? undefined : once(output, 'drain'));
  const say = (message) => write(JSON.stringify(message));
  const find = (handlers, name) => (Object.hasOwn(handlers, name) ? handlers[name] : undefined);
  const decode = (value) => (serializer && value !== undefined ? serializer.parse(JSON.stringify(value)) : value);
  const encode = (value) => (serializer ? serializer.stringify(value) : JSON.stringify(value));
  // What cannot be read is ignored, as in Runner.
  const contextsOf = (contexts = {}) => Object.fromEntries(Object.entries(contexts).flatMap(([id, text]) => {
    try {
      return [[id, serializer ? serializer.parse(text) : text]];
    } catch {
      return [];
    }
  }));

  async function ask({ context, contexts }) {
    if (!auth) {
      throw new TunnelError('This worker does not say who may call');
    }
    if ((await auth(context, { contexts: contextsOf(contexts) })) !== true) {
      throw new TunnelError('Unauthorized', { status: 401 });
    }
  }

  async function run(message, job) {
    const { type, taskId, eventId, input: value, payload, context, contexts, files } = message;
    const event = type === 'event';
    const name = event ? eventId : taskId;
    const handler = find(event ? events : tasks, name);
    if (!handler) {
      throw new TunnelError(`${event ? 'Event' : 'Task'} ${name} not found`, { status: 404 });
    }
    const { id, body, controller: { signal } } = job;
    const given = withFiles(decode(event ? payload : value), files);
    return handler(given, { id, name, signal, context, contexts: contextsOf(contexts), files, body });
  }

  async function onJob(message) {
    const job = new Job(message, say);
    running.set(job.id, job);
    try {
      const result = message.type === 'auth' ? await ask(message) : await run(message, job);
      const stream = streamOf(result);
      if (stream) {
        await job.stream(stream);
        say({ id: job.id, end: true });
      } else {
        const text = encode(result);
        write(`{"id":${job.id},"ok":true${text === undefined ? '' : `,"result":${text}`}}`);
      }
    } catch (error) {
      say({ id: job.id, ok: false, error: errorOf(error) });
    } finally {
      running.delete(job.id);
      job.over();
    }
  }

  return new Promise((resolve) => {
    const jobs = new Set();
    const lines = createInterface({ input, crlfDelay: Infinity });
    lines.on('line', (line) => {
      let message;
      try {
        message = JSON.parse(line);
      } catch {
        return;
      }
      if (message.type === 'shutdown') {
        lines.close();
      } else if (message.type === 'task' || message.type === 'event' || message.type === 'auth') {
        const job = onJob(message).finally(() => jobs.delete(job));
        jobs.add(job);
      } else {
        running.get(message.id)?.hear(message);
      }
    });
    lines.on('close', () => Promise.allSettled([...jobs]).then(() => {
      input.destroy?.();
      resolve();
    }));
  });
}

module.exports = { serve, TunnelError, TunnelFile };
