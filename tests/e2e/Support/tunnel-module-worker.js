// A worker made with the module of this repository, whose path is its argument.
const { serve, TunnelError } = require(process.argv[2]);

let aborted = 0;

serve({
  tasks: {
    'app.tasks.add': ({ a, b }) => a + b,
    'app.tasks.cat': () => { throw new TunnelError('No such cat', { status: 404, data: { cat: 1 } }); },
    'app.tasks.bug': () => { throw new Error('a bug'); },
    'app.tasks.circular': () => { const a = {}; a.a = a; return a; },
    'app.tasks.wait': (input, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => { aborted += 1; resolve(); })),
    'app.tasks.aborted': () => aborted,
    'app.tasks.log': () => { console.log('{"id":1,"ok":true}'); return 'logged'; },
  },
  events: { 'app.events.count': (payload) => ({ n: payload.n + 1 }) },
});
