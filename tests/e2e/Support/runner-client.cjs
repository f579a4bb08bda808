// Calls the tunnel with each of the clients of @bluelibs/runner, and prints what came of it as JSON.
const { createHash } = require('node:crypto');
const { mkdtempSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { tmpdir } = require('node:os');
const { Readable } = require('node:stream');
const [modules, baseUrl, duplex] = process.argv.slice(2);
const runner = createRequire(`${modules}/x`)('@bluelibs/runner/node');
const { createHttpClient, createHttpSmartClient, createHttpMixedClient, createNodeFile, Serializer } = runner;

const serializer = new Serializer();
const user = runner.r.asyncContext('app.ctx.user').build();
const options = { baseUrl, auth: { token: 'secret' }, serializer };
const big = Buffer.alloc(3 << 20, 'x');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const told = async (call) => {
  try {
    return await call();
  } catch (error) {
    return { code: error.code, message: error.message, httpCode: error.httpCode, id: error.id, data: error.data };
  }
};
const read = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
};

/** What every client can do. */
async function common(make) {
  const client = make(options);
  const echoed = await client.task('app.tasks.echo', { at: new Date(0), map: new Map([[1, 2]]), text: 'é' });
  return {
    sum: await told(() => client.task('app.tasks.add', { a: 5, b: 3 })),
    types: [echoed.at instanceof Date, echoed.map.get(1), echoed.text],
    nature: await told(() => client.task('app.tasks.nature', { at: new Date(0), map: new Map([[1, 2]]) })),
    nothing: await told(() => client.task('app.tasks.nature')),
    slashed: await told(() => client.task('app.tasks.a/b c', {})),
    failed: await told(() => client.task('app.tasks.fail', {})),
    typed: await told(() => client.task('app.tasks.typed', {})),
    event: (await told(() => client.event('app.events.notify', { message: 'hi' }))) === undefined,
    payload: await told(() => client.eventWithResult('app.events.count', { n: 1 })),
    contexts: await told(() => user.provide({ id: 7, at: new Date(0) }, () => make({ ...options, contexts: [user] }).task('app.tasks.contexts', {}))),
    late: (await told(() => make({ ...options, timeoutMs: 50 }).task('app.tasks.never', {}))).code !== undefined,
    stranger: (await told(() => make({ ...options, auth: { token: 'wrong' } }).task('app.tasks.add', {}))).code,
  };
}

/** What takes Node's own HTTP. */
async function streams(make) {
  const client = make(options);
  const path = `${mkdtempSync(`${tmpdir()}/runner-client-`)}/big`;
  writeFileSync(path, big);
  const file = (id, source, meta) => createNodeFile(meta, source, id);
  const small = file('f-1', { buffer: Buffer.from('hello world') }, { name: 'doc "q".txt', type: 'text/plain' });
  const large = file('f-2', { stream: require('node:fs').createReadStream(path) }, { name: 'big' });
  const files = await told(() => client.task('app.tasks.files', { files: [small, large, 1] }));
  const bytes = await told(() => client.task('app.tasks.bytes', Readable.from([big.subarray(0, 1 << 20), big.subarray(1 << 20)])));
  const upper = await told(async () => (await read(await client.task('app.tasks.upper', Readable.from(['ab', 'cd'])))).toString());
  const csv = await told(async () => (await read(await client.task('app.tasks.csv', { file: small }))).toString());
  const zeros = await told(async () => (await read(await client.task('app.tasks.zeros', Readable.from(['20'])))).length);
  const copy = await told(async () => (await read(await client.task('app.tasks.copy', { file: file('f-3', { buffer: big }, { name: 'b' }) }))).equals(big));
  return { files, bytes, upper, csv, zeros, copy, sha256: sha256(big), missing: await told(() => client.task('app.tasks.none', { file: small })) };
}

/** The second half of the request is written when the answer to the first has come. */
async function conversation(make) {
  let hear;
  const heard = new Promise((resolve) => { hear = resolve; });
  const said = Readable.from((async function* () { yield 'ab'; await heard; yield 'cd'; })());
  const answer = await make(options).task('app.tasks.upper', said);
  const chunks = [];
  for await (const chunk of answer) {
    chunks.push(chunk.toString());
    hear();
  }
  return chunks;
}

/** A browser's FormData, which only the fetch client writes. */
async function form(make) {
  const client = make(options);
  const blob = { $runnerFile: 'File', id: 'w-1', meta: { name: 'web.txt' }, _web: { blob: new Blob(['from the web'], { type: 'text/plain' }) } };
  return told(() => client.task('app.tasks.files', { files: [blob] }));
}

(async () => {
  const clients = { fetch: createHttpClient, smart: createHttpSmartClient, mixed: createHttpMixedClient };
  const report = {};
  for (const [name, make] of Object.entries(clients)) {
    report[name] = await common(make);
  }
  report.fetch.form = await form(createHttpClient);
  for (const name of ['smart', 'mixed']) {
    Object.assign(report[name], await streams(clients[name]));
    if (duplex === 'duplex') report[name].conversation = await told(() => conversation(clients[name]));
  }
  console.log(JSON.stringify(report));
  process.exit(0);
})();
