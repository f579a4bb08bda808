// A worker made with the module of this repository. Its path is the argument, that of @bluelibs/runner may follow.
const { createHash } = require('node:crypto');
const { Readable } = require('node:stream');
const { text } = require('node:stream/consumers');
const { createRequire } = require('node:module');
const { serve, TunnelError, TunnelFile } = require(process.argv[2]);
const runner = process.argv[3] && createRequire(`${process.argv[3]}/x`)('@bluelibs/runner/node');

let aborted = 0;
const hash = async (stream) => {
  const sum = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    sum.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: sum.digest('hex') };
};

serve({
  serializer: runner && new runner.Serializer(),
  auth: (context) => context.headers['x-user'] !== 'eve',
  tasks: {
    'app.tasks.add': ({ a, b }) => a + b,
    'app.tasks.echo': (input) => input,
    'app.tasks.cat': () => { throw new TunnelError('No such cat', { status: 404, data: { cat: 1 } }); },
    'app.tasks.typed': () => { throw new TunnelError('{"max":3}', { status: 409, codeName: 'INTERNAL_ERROR', id: 'app.errors.limit', data: { max: 3 } }); },
    'app.tasks.bug': () => { throw new Error('a bug'); },
    'app.tasks.fail': () => { throw new Error('Task failed'); },
    'app.tasks.circular': () => { const a = {}; a.a = a; return a; },
    'app.tasks.never': () => new Promise(() => {}),
    'app.tasks.wait': (input, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => { aborted += signal.reason.codeName === undefined && signal.reason.status === 499 ? 1 : 100; resolve(); })),
    'app.tasks.aborted': () => aborted,
    'app.tasks.log': () => { console.log('{"id":1,"ok":true}'); return 'logged'; },
    'app.tasks.nature': (input) => [input?.at instanceof Date, input?.map?.get(1), input === undefined],
    'app.tasks.contexts': (input, { contexts }) => contexts,
    'app.tasks.files': async ({ files }) => Promise.all(files.map(async (file) => (file instanceof TunnelFile
      ? { name: file.name, type: file.type, size: file.size, path: file.path, ...(await hash(file.stream())) }
      : file))),
    'app.tasks.copy': async ({ file }) => file.stream(),
    'app.tasks.bytes': (input, { body }) => hash(body),
    'app.tasks.upper': async function (input, { body }) {
      return (async function* () { for await (const chunk of body) yield chunk.toString().toUpperCase(); })();
    },
    'app.tasks.csv': () => ({ stream: Readable.from(['a,b\n', '1,2\n']), status: 203, contentType: 'text/csv', headers: { 'x-rows': '1', 'set-cookie': 'a=b' } }),
    'app.tasks.zeros': async (input, { body }) => {
      const megabytes = Number(await text(body));
      return (async function* () { for (let i = 0; i < megabytes; i += 1) yield Buffer.alloc(1 << 20); })();
    },
    'app.tasks.breaks': () => (async function* () { yield 'begun'; throw new Error('broken'); })(),
    'app.tasks.ticks': (input, { signal }) => (async function* () {
      try {
        for (;;) { yield 'tick\n'; await new Promise((done) => setTimeout(done, 5)); }
      } finally {
        aborted += signal.aborted ? 1000 : 0;
      }
    })(),
  },
  events: { 'app.events.count': (payload) => ({ n: payload.n + 1 }), 'app.events.notify': () => {} },
});
