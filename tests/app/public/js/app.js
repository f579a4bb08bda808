// Shows the server-sent events of the home page as they arrive.
const events = document.getElementById('events');

if (events) {
    const source = new EventSource(events.dataset.source);
    const seen = [];

    source.addEventListener('update', (event) => {
        if (event.data === '</stream>') {
            source.close();
            seen.push('end');
        } else {
            seen.push(JSON.parse(event.data).number);
        }

        events.textContent = seen.join(' ');
    });

    source.addEventListener('error', () => source.close());
}
