// What a page does: several requests at once, an upload, a stream, a WebSocket. What came of it is put into the page.
const hex = bytes => [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, '0')).join('');
const sum = async bytes => hex(await crypto.subtle.digest('SHA-256', bytes));
const socket = () => new Promise(done => {
  const web = new WebSocket(`wss://${location.host}/socket`), got = [], texts = ['one', 'two', 'x'.repeat(10000)];
  web.onopen = () => texts.forEach(text => web.send(text));
  web.onmessage = message => { got.push(message.data); if (got.length === texts.length) web.close(1000); };
  web.onerror = () => done('error');
  web.onclose = event => done(got.every((text, i) => text === texts[i]) ? `${got.length} echoed, closed with ${event.code}` : 'others came back');
});
(async () => {
  const lines = [];
  try {
    const files = await Promise.all([...Array(20).keys()].map(i => fetch(`/bytes/${100000 + i}`).then(r => r.arrayBuffer()).then(sum)));
    lines.push('files ' + await sum(new TextEncoder().encode(files.join())));
    const upload = await (await fetch('/upload', { method: 'POST', body: new Uint8Array(300000).fill(7) })).json();
    lines.push(`upload ${upload.bytes} ${upload.sent}`);
    lines.push('stream ' + (await (await fetch('/lines')).text()).trim().split('\n\n').length);
    lines.push('elsewhere ' + (await (await fetch('https://other.tools.example/bytes/1', { mode: 'no-cors' })).type));
    lines.push('protocols ' + [...new Set(performance.getEntriesByType('resource').filter(e => e.name.startsWith(location.origin)).map(e => e.nextHopProtocol))].join());
    lines.push('socket ' + await socket());
  } catch (error) { lines.push('failed ' + error); }
  document.getElementById('result').textContent = lines.join('\n');
  await fetch('/result', { method: 'POST' });
})();
