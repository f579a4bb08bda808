// A resident process in Node, by pipe or by HTTP, whichever address it is given.
const reply = JSON.stringify({status: 200, headers: {'Content-Type': 'text/plain'}, body: Buffer.from('Hello from a child process').toString('base64')});

if (process.env.PIPE_ADDRESS) {
    const pipe = require('net').connect(process.env.PIPE_ADDRESS);
    let text = '';
    pipe.on('data', (data) => {
        text += data;
        for (let end; (end = text.indexOf('\n')) >= 0; text = text.slice(end + 1)) {
            JSON.parse(text.slice(0, end));
            pipe.write(reply);
        }
    });
    pipe.on('close', () => process.exit(0));
} else {
    const [host, port] = process.env.HTTP_ADDRESS.split(':');
    require('http').createServer((message, answer) => {
        const parts = [];
        message.on('data', (part) => parts.push(part));
        message.on('end', () => {
            JSON.parse(Buffer.concat(parts));
            answer.setHeader('Content-Type', 'application/json');
            answer.end(reply);
        });
    }).listen(+port, host);
}
