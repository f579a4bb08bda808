// The task app.tasks.add behind the HTTP exposure of @bluelibs/runner, whose folder is the argument. Prints its port.
const { createRequire } = require('node:module');
const { createServer } = require('node:net');
const { r, run, globals, nodeExposure } = createRequire(`${process.argv[2]}/x`)('@bluelibs/runner/node');

const add = r.task('app.tasks.add').run(async ({ a, b }) => a + b).build();

const tunnel = r
  .resource('app.tunnel')
  .tags([globals.tags.tunnel])
  .init(async () => ({ transport: 'http', mode: 'server', tasks: [add.id] }))
  .build();

// It cannot say which port it took.
const probe = createServer().listen(0, '127.0.0.1', () => {
  const { port } = probe.address();
  probe.close(async () => {
    const exposure = nodeExposure.with({ http: { basePath: '/__runner', listen: { port, host: '127.0.0.1' }, auth: { token: 'secret' } } });
    await run(r.resource('app').register([add, tunnel, exposure]).build());
    console.log(port);
  });
});
