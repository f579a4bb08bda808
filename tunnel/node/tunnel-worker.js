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
 * A handler gets (value, { id, name, signal, context }) and may be asynchronous; many run at a time. `signal` is aborted
 * when nobody waits for the answer any more. What an event's handler returns, unless that is undefined, is its payload
 * from then on. A TunnelError thrown says status, name and data of the error; of other errors only the message goes out.
 * `console` writes to stderr while a worker serves, which the server puts into its log.
 */

const { Console } = require('node:console');
const { createInterface } = require('node:readline');

class TunnelError extends Error {
  /** @param {{status?: number, codeName?: string, id?: string, data?: unknown}} [details] */
  constructor(message, { status = 500, codeName, id, data } = {}) {
    super(message);
    this.name = 'TunnelError';
    Object.assign(this, { status, codeName, id, data });
  }
}

const namesOfStatus = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT', 422: 'VALIDATION_ERROR', 429: 'TOO_MANY_REQUESTS' };

function errorOf(error) {
  if (error instanceof TunnelError) {
    const { message, status, id, data } = error;
    return { message, code: status, codeName: error.codeName ?? namesOfStatus[status] ?? 'INTERNAL_ERROR', id, data };
  }
  return { message: error instanceof Error ? error.message : String(error), code: 'EXECUTION_ERROR' };
}

/**
 * Serves until the server says `shutdown` or closes stdin; jobs that run are finished first. Resolves then.
 *
 * @param {{tasks?: Record<string, Function>, events?: Record<string, Function>}} handlers
 * @param {{input?: NodeJS.ReadableStream, output?: NodeJS.WritableStream}} [streams]
 */
function serve({ tasks = {}, events = {} }, { input = process.stdin, output = process.stdout } = {}) {
  globalThis.console = new Console(process.stderr, process.stderr);
  const running = new Map();
  const answer = (id, rest) => output.write(`${JSON.stringify({ id, ...rest })}\n`);
  const find = (handlers, name) => (Object.hasOwn(handlers, name) ? handlers[name] : undefined);

  async function run({ type, id, taskId, eventId, input: value, payload, context }) {
    const event = type === 'event';
    const name = event ? eventId : taskId;
    const handler = find(event ? events : tasks, name);
    if (!handler) {
      throw new TunnelError(`${event ? 'Event' : 'Task'} ${name} not found`, { status: 404 });
    }
    const { signal } = running.get(id);
    return { ok: true, result: await handler(event ? payload : value, { id, name, signal, context }) };
  }

  async function onJob(job) {
    running.set(job.id, new AbortController());
    let said;
    try {
      said = await run(job);
      JSON.stringify(said);
    } catch (error) {
      said = { ok: false, error: errorOf(error) };
    }
    running.delete(job.id);
    answer(job.id, said);
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
      } else if (message.type === 'cancel') {
        running.get(message.id)?.abort();
      } else if (message.type === 'task' || message.type === 'event') {
        const job = onJob(message).finally(() => jobs.delete(job));
        jobs.add(job);
      }
    });
    lines.on('close', () => Promise.allSettled([...jobs]).then(() => {
      input.destroy?.();
      resolve();
    }));
  });
}

module.exports = { serve, TunnelError };
