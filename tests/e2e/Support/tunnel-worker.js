// A worker of the tunnel as the protocol's page shows one: a line in, a line out.
const readline = require('node:readline');

const tasks = {
  'app.tasks.add': async ({ a, b }) => a + b,
  'app.tasks.echo': async (input) => input,
  'app.tasks.pid': async () => process.pid,
  'app.tasks.crash': async () => process.exit(3),
  'app.tasks.never': () => new Promise(() => {}),
  'app.tasks.fail': async () => { throw new Error('Task failed'); },
  'app.tasks.sleep': ({ ms }) => new Promise((done) => setTimeout(() => done(ms), ms)),
  'app.tasks.cancelled': async () => cancelled,
};
const cancelled = [];
const limit = { message: '{"max":3}', code: 'INTERNAL_ERROR', httpCode: 409, id: 'app.errors.limit', data: { max: 3 } };

const answer = (id, rest) => console.log(JSON.stringify({ id, ...rest }));

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const message = JSON.parse(line);
  if (message.type === 'shutdown') process.exit(0);
  if (message.type === 'cancel') return cancelled.push(message.id);
  if (message.taskId === 'app.tasks.typed') return answer(message.id, { ok: false, error: limit });
  if (message.type === 'event') return answer(message.id, { ok: true });
  const task = tasks[message.taskId];
  if (!task) return answer(message.id, { ok: false, error: { message: 'Task not found', code: 404, codeName: 'NOT_FOUND' } });
  console.log('working on', message.taskId);
  try {
    answer(message.id, { ok: true, result: await task(message.input) });
  } catch (error) {
    answer(message.id, { ok: false, error: { message: error.message, code: 'EXECUTION_ERROR' } });
  }
});
