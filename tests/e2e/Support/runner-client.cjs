// Calls the tunnel with each of the clients of @bluelibs/runner, and prints what came of it as JSON.
const { createRequire } = require('node:module');
const [modules, baseUrl] = process.argv.slice(2);
const { createHttpClient, createHttpSmartClient, createHttpMixedClient, Serializer } = createRequire(`${modules}/x`)('@bluelibs/runner/node');

const options = { baseUrl, auth: { token: 'secret' }, serializer: new Serializer() };
const told = async (call) => {
  try {
    return await call();
  } catch (error) {
    return { code: error.code, message: error.message, httpCode: error.httpCode, id: error.id, data: error.data };
  }
};

(async () => {
  const report = {};
  for (const [name, make] of Object.entries({ fetch: createHttpClient, smart: createHttpSmartClient, mixed: createHttpMixedClient })) {
    const client = make(options);
    const echoed = await client.task('app.tasks.echo', { at: new Date(0), map: new Map([[1, 2]]), text: 'é' });
    report[name] = {
      sum: await told(() => client.task('app.tasks.add', { a: 5, b: 3 })),
      types: [echoed.at instanceof Date, echoed.map.get(1), echoed.text],
      slashed: await told(() => client.task('app.tasks.a/b c', {})),
      failed: await told(() => client.task('app.tasks.fail', {})),
      typed: await told(() => client.task('app.tasks.typed', {})),
      event: (await told(() => client.event('app.events.notify', { message: 'hi' }))) === undefined,
      payload: await told(() => client.eventWithResult('app.events.notify', { n: 1 })),
      late: (await told(() => make({ ...options, timeoutMs: 50 }).task('app.tasks.never', {}))).code !== undefined,
      stranger: (await told(() => make({ ...options, auth: { token: 'wrong' } }).task('app.tasks.add', {}))).code,
    };
  }
  console.log(JSON.stringify(report));
})();
