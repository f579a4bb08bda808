// The same task as that of exposure.cjs, behind the tunnel. The argument is the module of this repository.
const { serve } = require(process.argv[2]);

serve({ tasks: { 'app.tasks.add': async ({ a, b }) => a + b } });
