// Two thousand TLS connections that are open at the same time; then each sends a request, and the answers are counted.
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

const wanted = Number(process.env.CONNECTIONS), host = 'app.tools.example', ca = readFileSync(process.env.CA);
let opened = 0, failures = new Map();
const failed = error => failures.set(error.code ?? error.message, (failures.get(error.code ?? error.message) ?? 0) + 1);
const sockets = await Promise.all([...Array(wanted).keys()].map(() => new Promise(done => {
  const socket = tls.connect({ host, port: 443, servername: host, ca, ALPNProtocols: ['http/1.1'] }, () => { opened++; done(socket); });
  socket.setTimeout(60000, () => socket.destroy(new Error('timeout')));
  socket.on('error', error => { failed(error); done(null); });
})));
console.log('open at once', opened);
const answers = await Promise.all(sockets.filter(s => s).map((socket, i) => new Promise(done => {
  let text = '';
  socket.on('data', piece => text += piece).on('close', () => done(text.endsWith(`"path":"/number/${i}","http":"1.1"}\n`)));
  socket.write(`GET /number/${i} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
})));
console.log('answered', answers.filter(a => a).length);
for (const [what, count] of failures) console.log('failed', what, count);
