// Connections over which nothing is said for a long time: one with TLS, one with TLS and HTTP/2, one of plain HTTP. Each has to go on as if nothing had been.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';

const seconds = Number(process.env.SECONDS_IDLE), host = 'app.tools.example', ca = readFileSync(process.env.CA);
const pause = () => new Promise(done => setTimeout(done, seconds * 1000));
async function kept(module, port) {
  const agent = new module.Agent({ keepAlive: true, maxSockets: 1, keepAliveMsecs: 1e9 });
  const ask = () => new Promise((done, failed) => {
    const request = module.request({ host, port, ca, agent, path: '/echo' }, response => { response.resume(); response.on('end', () => done(`${response.statusCode} ${request.reusedSocket}`)); });
    request.on('error', failed).end();
  });
  const first = await ask();
  await pause();
  const second = await ask();
  agent.destroy();
  return `${first}, then ${second}`;
}
async function streams() {
  const session = http2.connect(`https://${host}`, { ca });
  const ask = () => new Promise((done, failed) => { const stream = session.request({ ':path': '/echo' }); stream.on('response', head => done(head[':status'])).on('error', failed).resume(); });
  const first = await ask();
  await pause();
  const second = await ask();
  session.close();
  return `${first}, then ${second}`;
}
const [secured, both, plain] = await Promise.allSettled([kept(https, 443), streams(), kept(http, 80)]);
for (const [name, end] of [['https', secured], ['http2', both], ['http', plain]]) console.log(name, end.value ?? end.reason.message);
