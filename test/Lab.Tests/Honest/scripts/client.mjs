// Node: https with and without kept connections, fetch, and twenty streams over HTTP/2.
import { createHash } from 'node:crypto';
import http2 from 'node:http2';
import https from 'node:https';

const origin = 'https://app.tools.example', sum = bytes => createHash('sha256').update(bytes).digest('hex');
const ask = (path, options = {}, body) => new Promise((done, failed) => {
  const request = https.request(origin + path, { timeout: 20000, ...options }, response => {
    const pieces = [];
    response.on('data', piece => pieces.push(piece)).on('end', () => done({ status: response.statusCode, body: Buffer.concat(pieces), reused: request.reusedSocket }));
  });
  request.on('timeout', () => request.destroy(new Error('timeout'))).on('error', failed);
  request.end(body);
});
const file = await ask('/bytes/2000000');
console.log('https', file.status, file.body.length, sum(file.body));
const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
for (let i = 0; i < 5; i++) {
  const got = await ask('/upload', { method: 'POST', agent }, Buffer.alloc(100000 + i, i));
  console.log('kept', got.status, got.reused, got.body.toString().trim());
}
agent.destroy();
const many = await Promise.all([...Array(50).keys()].map(i => ask(`/bytes/${1000 + i}`)));
console.log('many', many.filter(got => got.status === 200).length, sum(many.map(got => sum(got.body)).join()));
const fetched = await fetch(origin + '/lines');
console.log('fetch', fetched.status, (await fetched.text()).split('\n\n').length);
const session = http2.connect(origin);
const streams = await Promise.all([...Array(20).keys()].map(i => new Promise((done, failed) => {
  const stream = session.request({ ':path': `/bytes/${70000 + i}` }), pieces = [];
  stream.on('data', piece => pieces.push(piece)).on('end', () => done(sum(Buffer.concat(pieces)))).on('error', failed);
})));
console.log('http2', session.alpnProtocol, streams.length, sum(streams.join()));
session.close();
